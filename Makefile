.DEFAULT_GOAL := help
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c

TAGS    := nomsgpack
GOFLAGS := -trimpath -tags=$(TAGS)
BIN     := bin
LINT    := $(BIN)/golangci-lint
LINT_VERSION := v2.15.0
export CGO_ENABLED ?= 0

.PHONY: help run morning test unit lint bench crash stories build fresh tools postgres browser image

help: ## Show this help
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-10s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

run: build ## Set up and run the main job: connector, emulated portal and platform, a morning of calls (Ctrl-C stops, run again continues)
	@exec $(BIN)/demo run

morning: build ## Play the same morning once, fast and without a browser; print the portal's records and check them
	@exec $(BIN)/demo morning

test: tools lint unit ## Set up and pass every test: lint, both databases, vendor's SDK, browser, crash test
	@echo "all tests passed"

unit: tools ## Every Go test on both databases, without the linter
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

crash: build tools ## The long crash test: at least 200 kills on both databases
	@CRASH_KILLS=200 go test -tags=$(TAGS) -count=1 -timeout 60m -run Crash ./internal/crash/

stories: ## Rewrite the "want" sections of the decision stories, then look at git diff
	@go test -tags=$(TAGS) ./integration/ -run Story -update

build: ## Build the binaries into bin/
	@mkdir -p $(BIN)
	@go build $(GOFLAGS) -ldflags='-s -w' -o $(BIN)/ ./cmd/...

fresh: ## Forget what `make run` stored
	@rm -rf data

tools: postgres browser ## Install what the tests need and the machine lacks

postgres:
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || scripts/install postgresql

browser:
	@command -v node >/dev/null || { echo "Node.js 20 or newer is needed for the vendor's SDK test: https://nodejs.org"; exit 1; }

image: ## Build the container image
	@docker build -t omniconnector .
