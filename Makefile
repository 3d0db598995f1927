# Every target has a description: make help
.DEFAULT_GOAL := help
SHELL := /bin/bash

INSTALLED := node_modules/.package-lock.json

.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z0-9-]+:.*## / { printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2 }' Makefile

$(INSTALLED): package.json package-lock.json
	@node tools/check-node.cjs
	npm ci --no-audit --no-fund
	@touch $(INSTALLED)

.PHONY: install
install: $(INSTALLED) ## Install the dependencies, if they are missing or have changed

BUILT := dist/.built
SOURCES := $(shell find apps libs tools examples docs/client test/bench test/support -name node_modules -prune -o -type f -print) nest-cli.json tsconfig.json tsconfig.build.json

$(BUILT): $(INSTALLED) $(SOURCES)
	npm run --silent build
	@touch $(BUILT)

.PHONY: build
build: $(BUILT) ## Compile everything into dist/, if the sources have changed

.PHONY: run
run: build ## Start PostgreSQL, an inbox, the api and the worker; Ctrl-C stops them
	@exec node dist/tools/run.js

.PHONY: test
test: build checks redis browser ## Run every test: unit, contract, end to end
	@exec node dist/tools/test.js

.PHONY: test-unit
test-unit: checks ## Run the unit tests
	npx jest --selectProjects unit

.PHONY: test-contract
test-contract: build redis ## Run each port's suite against its real adapters
	npx jest --selectProjects contract

.PHONY: test-e2e
test-e2e: build checks redis browser ## Run the end-to-end tests over HTTP and SMTP
	npx jest --selectProjects e2e

.PHONY: redis
redis: ## Install a redis-server for the tests, if there is none
	@bash tools/get-program.sh redis

.PHONY: browser
browser: ## Install a Chromium for the tests, if there is none
	@bash tools/get-program.sh browser

CHECKS := tools/check/node_modules/.package-lock.json

$(CHECKS): tools/check/package.json tools/check/package-lock.json
	npm ci --prefix tools/check --ignore-scripts
	@touch $(CHECKS)

.PHONY: checks
checks: install $(CHECKS) ## Install the tools that only make check needs

.PHONY: check quality
check: build checks ## Format, lint, types, boundaries, dead code, OpenAPI drift, manifests, English
	npm run --silent check

quality: check ## The same as check

.PHONY: format
format: checks ## Format the sources
	tools/check/node_modules/.bin/prettier --write .

.PHONY: diagrams
diagrams: install ## Render the diagrams of the documents to SVG, in docs/diagrams/
	@bash tools/draw-diagrams.sh

.PHONY: bench
bench: build redis ## Run the benchmark, as ratios against limits measured in the same run
	npm run --silent bench

.PHONY: chaos
chaos: build redis ## Run the fault tests: break dependencies under load and check the guarantees
	npm run --silent chaos

.PHONY: test-containers
test-containers: build ## Test image, stack, faults, alerts and pods on a container engine
	npx jest --config test/containers/jest.config.js

.PHONY: up
up: ## Start the stack in containers
	@BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker compose up --build --detach --wait || \
	  { docker compose logs --no-log-prefix --tail 20 migrate api; exit 1; }

.PHONY: down
down: ## Stop the containers
	docker compose down

.PHONY: logs
logs: ## Follow the containers' logs
	docker compose logs --follow

.PHONY: clean
clean: ## Delete the state of make run (.data/) and the build
	@bash tools/clean.sh

.PHONY: cli
cli: build ## Run the command line on the database of make run: make cli ARGS='mail owed'
	@set -a; if [ -z "$$DATABASE_HOST" ] && [ -f .data/database.env ]; then . .data/database.env; fi; \
	exec node dist/apps/cli/src/main.js $(ARGS)
