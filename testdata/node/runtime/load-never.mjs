// A top-level await that never ends.

await new Promise(() => {});

export const handler = async () => 'x';
