// An ES module with top-level await.

const value = await new Promise((resolve) => setTimeout(resolve, 20, 'esm'));

export const handler = async () => value;
