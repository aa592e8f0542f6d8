// A CommonJS file by extension.

exports.handler = async () => 'cjs';
