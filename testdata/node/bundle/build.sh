#!/bin/sh
# Builds dist/ anew; what the tests expect of it was compared with Node's own module.SourceMap.
set -eu
cd "$(dirname "$0")"
esbuild="npx --yes esbuild@0.28.2 src/handler.ts --bundle --platform=node --target=node18 --sources-content=false"
$esbuild --sourcemap --outfile=dist/bundle.js
$esbuild --sourcemap --minify --outfile=dist/minified.js
$esbuild --sourcemap=inline --minify --format=esm --outfile=dist/inline.mjs
