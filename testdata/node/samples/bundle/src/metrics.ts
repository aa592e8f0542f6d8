import debounce from 'lodash.debounce';

const counts = new Map<string, number>();
let interval: NodeJS.Timeout | undefined;

const save = debounce((): void => {}, 500);

export function count(name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
  interval ??= setInterval(flush, 10_000);
  save();
}

function flush(): void {
  counts.clear();
}
