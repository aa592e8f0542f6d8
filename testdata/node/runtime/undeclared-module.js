// An ES module in a .js file that no package.json declares: what Node makes of it depends on its version.
export const handler = async () => 'esm';
