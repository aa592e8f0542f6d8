// TypeScript, for the Node.js versions that strip types.

export const handler = async (event: { name?: string }): Promise<string> => `hello ${event.name ?? 'nobody'}`;
