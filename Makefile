.DEFAULT_GOAL := help
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c

TAGS    := nomsgpack
GOFLAGS := -trimpath -tags=$(TAGS)
BIN     := bin
LINT    := $(BIN)/golangci-lint
LINT_VERSION := v2.15.0
export CGO_ENABLED ?= 0

UI      := web/ui
UI_SOURCES := $(shell find $(UI)/src $(UI)/public $(UI)/index.html $(UI)/vite.config.ts $(UI)/package-lock.json -type f -not -name schema.d.ts)
export NPM_CONFIG_UPDATE_NOTIFIER ?= false

.PHONY: help run empty morning test unit browser-test lint bench crash stories build fresh tools postgres browser shell guide-images image ui ui-check node

help: ## Show this help
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-13s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

run: build ## Set up and run the main job: connector, emulated portal and platform, a morning of calls (Ctrl-C stops, run again continues)
	@exec $(BIN)/demo run

empty: build ## An empty installation, an emulated portal and platform: what the administrator's guide starts from
	@exec $(BIN)/demo empty

morning: build ## Play the same morning once, fast and without a browser; print the portal's records and check them
	@exec $(BIN)/demo morning

test: tools lint ui-check unit browser-test ## Set up and pass every test: lint, both databases, vendor's SDK, browser, crash test
	@echo "all tests passed"

unit: tools ui ## Every Go test on both databases, without the linter
	@go vet -tags=$(TAGS) ./...
	@go test -tags=$(TAGS) -parallel 8 -timeout 14m ./...

lint: $(LINT) ## Formatting, directions between rooms, and the rest of the linters
	@$(LINT) run --build-tags $(TAGS) ./...

$(LINT): Makefile
	@echo "building golangci-lint $(LINT_VERSION)"
	@GOBIN=$(CURDIR)/$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@touch $@

bench: build tools ## Print the figures of docs/figures.md as lines "name value unit"
	@go run $(GOFLAGS) ./cmd/bench

crash: tools ## The long crash test: at least 200 kills on both databases
	@CRASH_KILLS=200 go test -tags=$(TAGS) -count=1 -timeout 60m ./internal/crash/

stories: ## Rewrite the "want" sections of the decision stories, then look at git diff
	@go test -tags=$(TAGS) ./integration/ -run Story -update

ui: $(UI)/dist/index.html ## Build the web UI, which the binaries contain

$(UI)/node_modules/.package-lock.json: $(UI)/package-lock.json $(UI)/package.json | node
	@echo 'ставим пакеты интерфейса / installing the packages of the UI'
	@cd $(UI) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(UI)/dist/index.html: $(UI_SOURCES) $(UI)/node_modules/.package-lock.json
	@cd $(UI) && npx --no-install vite build --logLevel warn

ui-check: ui ## Hold the UI to the types of the API that serves it, and run its own tests
	@go run $(GOFLAGS) ./cmd/omniconnector openapi >$(UI)/openapi.json
	@cd $(UI) && npm run --silent types >/dev/null && npm run --silent check && npm run --silent unit

browser-test: tools build ## The web UI in a real browser, against the emulated world; screenshots go to web/ui/browser/screens
	@cd $(UI) && npm run --silent browser

build: ui ## Build the binaries into bin/
	@mkdir -p $(BIN)
	@[ -e $(BIN)/demo ] || echo 'собираем, в первый раз это несколько минут / building, minutes the first time'
	@go build $(GOFLAGS) -ldflags='-s -w' -o $(BIN)/ ./cmd/...

fresh: ## Forget what `make run` stored
	@rm -rf data/demo data/empty

tools: postgres browser shell ## Install what the tests need and the machine lacks

# $(call debian,PACKAGES,NAME) gets ready to install Debian's packages, or ends with the command that installs them.
define debian
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
		echo "Для тестов нужен $(2). Установите его: sudo apt-get update && sudo apt-get install -y $(1)" >&2; \
		echo "The tests need $(2). Install it:       sudo apt-get update && sudo apt-get install -y $(1)" >&2; \
		exit 1; \
	fi; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get update -q
endef

postgres: ## Install PostgreSQL for the tests, without starting a server, when there is none
	@if command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then exit 0; fi; \
	$(call debian,postgresql,PostgreSQL); \
	apt-get install -q -y --no-install-recommends postgresql-common; \
	sed -i '/^[# ]*create_main_cluster/d' /etc/postgresql-common/createcluster.conf; \
	echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf; \
	apt-get install -q -y --no-install-recommends postgresql

node: ## Check that there is Node.js, which builds the UI
	@major=$$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0); \
	if [ "$$major" -lt 20 ] || ! command -v npm >/dev/null; then \
		echo "Чтобы собрать интерфейс, нужны Node.js 20.19 или новее и npm: https://nodejs.org" >&2; \
		echo "The web UI is built with Node.js 20.19 or newer and npm:      https://nodejs.org" >&2; \
		exit 1; \
	fi

browser: node ## Install Chromium for the browser tests when there is none
	@if command -v chromium >/dev/null; then exit 0; fi; \
	$(call debian,chromium fonts-dejavu-core fonts-noto-color-emoji,Chromium); \
	apt-get install -q -y --no-install-recommends chromium fonts-dejavu-core fonts-noto-color-emoji

shell: ## Install what the examples of docs/api.md use, when it is absent
	@if command -v curl >/dev/null && command -v jq >/dev/null && command -v openssl >/dev/null; then exit 0; fi; \
	$(call debian,curl jq openssl,curl jq openssl); \
	apt-get install -q -y --no-install-recommends curl jq openssl

guide-images: ## Take the administrator's guides' pictures from the screens of the browser tests (after make browser-test)
	@go run docs/images/squeeze.go $(UI)/browser/screens docs/images

image: ui ## Build the container image
	@docker build -t omniconnector .
