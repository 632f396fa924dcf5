#!/usr/bin/env bash
# Builds the report page: page/src -> ../report-page.html, one file, committed.
# Needs node 20 and npm. With a file name, writes there and leaves the committed page alone.
set -euo pipefail
cd "$(dirname "$0")"
out=$(realpath -m "${1:-../report-page.html}")
npm ci --no-audit --no-fund --silent
npm run --silent build >&2
cp dist/index.html "$out"
rm -rf dist
