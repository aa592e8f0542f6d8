// TypeScript as it is: Node 22.18 and later strip the types.
// Left: 1 timer of 500 ms (`flush`).

interface Order {
  id?: string;
}

export const handler = async (event: Order): Promise<string> => {
  setTimeout(flush, 500);
  return event.id ?? 'ok';
};

function flush(): void {}
