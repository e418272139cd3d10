# Two commands do everything from a bare machine: `make up` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Node of the version that package-lock.json pins comes before the machine's own.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

LOCAL = node local/main.ts
NODES ?=
CLUSTER ?=
FAULT_SECONDS ?= 120
AGENT_KILLS ?= 50
OPTIONS = $(if $(CLUSTER),--name $(CLUSTER))

.PHONY: help up down env cluster stop status nodes check unit e2e soak bench test

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## /{gsub(/\$$\$$/, "$$"); printf "  make %-8s %s\n", $$1, $$2}' Makefile

up: node_modules/.installed ## build what is missing, start a local cluster (NODES=1), deploy the dev stack on it
	@$(LOCAL) up $(OPTIONS) $(if $(NODES),--nodes $(NODES))

down: node_modules/.installed ## destroy the dev stack and stop the local cluster
	@$(LOCAL) down $(OPTIONS)

env: node_modules/.installed ## print the exports for pulumi, kubectl and crane: eval "$$(make env)"
	@$(LOCAL) env $(OPTIONS)

cluster: node_modules/.installed ## start a local cluster only (NODES=1)
	@$(LOCAL) start $(OPTIONS) $(if $(NODES),--nodes $(NODES))

stop: node_modules/.installed ## stop the local cluster, whatever runs in it, and remove its files
	@$(LOCAL) stop $(OPTIONS)

status: node_modules/.installed ## show the local cluster's machines
	@$(LOCAL) status $(OPTIONS)

nodes: node_modules/.installed ## show whether each node trusts the registry: of $$KUBECONFIG's cluster, or the local one
	@if [ -z "$${KUBECONFIG:-}" ]; then vars=$$($(LOCAL) env $(OPTIONS)); eval "$$vars"; fi; node commands/nodes.ts

check: node_modules/.installed ## types, format, lint, shell scripts, Go vet
	@node local/test/run.ts check

unit: node_modules/.installed ## tests of the pure parts
	@node local/test/run.ts unit

e2e: node_modules/.installed ## tests on real clusters
	@node local/test/run.ts e2e

test: node_modules/.installed ## check, unit and e2e: all that must pass
	@node local/test/run.ts

soak: node_modules/.installed ## faults for longer than make test has them (FAULT_SECONDS=120 AGENT_KILLS=50)
	@FAULT_SECONDS=$(FAULT_SECONDS) AGENT_KILLS=$(AGENT_KILLS) node local/test/run.ts e2e nodes faults-under-load replicas-under-load

bench: node_modules/.installed ## figures of all parts, beside their bars
	@node local/test/bench.ts

# Install scripts are left out: none is needed, and one would wait for a download.
node_modules/.installed: package.json package-lock.json
	@command -v node >/dev/null || { echo "error: Node 20 or newer is needed and is not on PATH: install it" >&2; exit 1; }
	@node -e 'if (Number(process.versions.node.split(".")[0]) < 20) { console.error("error: Node 20 or newer is needed, found " + process.version + ": install a newer one"); process.exit(1) }'
	@command -v npm >/dev/null || { echo "error: npm is needed and is not on PATH: install it" >&2; exit 1; }
	@npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
	@touch $@
