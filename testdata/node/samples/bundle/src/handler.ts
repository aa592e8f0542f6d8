// TypeScript, bundled by esbuild with a dependency: every frame is in dist/handler.js, and only the
// source map knows more. `npm run bundle` bundles it again.
// Left: 1 interval of 10 s (`flush`, in metrics.ts), always the same, and 1 timer of 500 ms, which
// lodash.debounce makes for metrics.ts. Both hold the loop.
import { count } from './metrics';

interface Order {
  id?: string;
}

export const handler = async (event: Order): Promise<string> => {
  count('orders');
  return event.id ?? 'ok';
};
