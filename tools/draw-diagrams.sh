#!/usr/bin/env bash
# Renders the Mermaid diagrams of the documents to SVG, in docs/diagrams/. The renderer is fetched only for this,
# because it would be the largest of all dependencies.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash tools/get-program.sh browser

browser=$(command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome)
settings=$(mktemp)
trap 'rm -f "$settings"' EXIT
# Chromium refuses to run as root inside its sandbox; here it only renders our own files.
printf '{"executablePath": "%s", "args": ["--no-sandbox"]}' "$browser" >"$settings"

rm -rf docs/diagrams && mkdir -p docs/diagrams
for document in README docs/architecture; do
  PUPPETEER_SKIP_DOWNLOAD=1 npx --yes -p @mermaid-js/mermaid-cli@11.12.0 -p puppeteer@23.11.1 mmdc --quiet \
    --puppeteerConfigFile "$settings" --input "$document.md" --output "docs/diagrams/$(basename "$document").md"
done
rm docs/diagrams/*.md
ls docs/diagrams/*.svg
