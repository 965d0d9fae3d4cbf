# Kaquan. `make help` lists the targets. Everything that is made lies under build/: build/release is what is installed,
# build/check the same code under the address and undefined-behaviour sanitizers, for the tests. Another compiler
# (make CC=clang-14) has directories of its own. V=1 shows the commands.

ifeq ($(origin CC),default)
CC := gcc
endif
VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
VARIANT ?= release
WERROR  ?= -Werror
PG_INCLUDE := $(firstword $(wildcard /usr/include/postgresql) $(shell pg_config --includedir 2>/dev/null))

COMPILER := $(notdir $(lastword $(CC)))
B := build/$(VARIANT)$(if $(filter gcc,$(COMPILER)),,-$(COMPILER))
G := build/gen

# As many jobs as there are processors, unless -j says otherwise. `make clean all` is done in that order, one by one.
ifeq ($(MAKELEVEL)$(filter clean,$(MAKECMDGOALS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-print-directory --no-builtin-rules
Q := $(if $(V),,@)
say = $(if $(V),,@echo "  $(1) $(if $(2),$(2),$@)")

# --- flags ---

WARNINGS := -Wall -Wextra -Wpedantic -Wformat=2 -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
  -Wnull-dereference -Wcast-qual -Wundef -Wdate-time -Wconversion -Wsign-conversion -Wno-overlength-strings $(WERROR)
# clang 14 has automatic initialisation by zero only behind an option that later versions refuse.
HARDEN := -fstack-protector-strong -fstack-clash-protection $(if $(findstring clang,$(COMPILER)),,-ftrivial-auto-var-init=zero) \
  $(if $(filter x86_64,$(shell uname -m)),-fcf-protection=full) -fno-delete-null-pointer-checks -fno-strict-overflow \
  -fno-strict-aliasing -fPIE -ffile-prefix-map=$(CURDIR)=.
HARDLINK := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed

OPTIMIZE_release := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 $(HARDEN)
OPTIMIZE_check   := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -fPIE \
  -DKAQUAN_FAULT_POINTS
LINK_release     := $(HARDLINK)
LINK_check       := -fsanitize=address,undefined -pie -Wl,--as-needed

LANGUAGE := -std=c11 -D_GNU_SOURCE -DKAQUAN_VERSION=\"$(VERSION)\"
INCLUDES := -Icommon -I$(G) $(addprefix -I,$(PG_INCLUDE))
TEST_INCLUDES := -iquote worker -iquote tui -iquote tests/harness
COMPILE  := $(CC) $(LANGUAGE) $(WARNINGS) $(OPTIMIZE_$(VARIANT)) $(INCLUDES) $(CPPFLAGS) $(CFLAGS)
LINK     := $(CC) $(LINK_$(VARIANT)) $(LDFLAGS)
LIBS     := -lpq -lcurl -lcrypto -lssl -lcjson -lm
TUI_LIBS := -lncursesw -lpanelw -ltinfo -lqrencode
SIM_LIBS := -lmicrohttpd -lcjson -lcurl -lssl -lcrypto -lpthread -lm
TEST_LIBS := -lcmocka -lvterm -lutil -lzbar -lpng

# --- what there is ---

COMMON  := $(sort $(wildcard common/*.c))
WORKER  := $(sort $(wildcard worker/*.c))
TUI     := $(sort $(wildcard tui/*.c))
SIM     := $(sort $(wildcard tests/sim/*.c))
HARNESS := $(sort $(wildcard tests/harness/*.c))
BENCHES := $(sort $(wildcard tests/bench/*.c))
DEMOS   := $(sort $(wildcard tests/demo/*.c))
SCAN    := tests/tui/scan.c
FUZZ    := $(sort $(wildcard tests/fuzz/fuzz_*.c))
TESTS   := $(sort $(wildcard tests/common/test_*.c tests/worker/test_*.c tests/migrations/test_*.c tests/tui/test_*.c))
SQL     := $(sort $(wildcard common/sql/*.sql))
MIGRATE := $(sort $(wildcard migrations/*.sql))
PO      := worker/po/zh_CN.po tui/po/zh_CN.po
MANUALS := $(sort $(wildcard tui/*.scd worker/*.scd))
SCRIPTS := $(sort $(wildcard common/*.sh tests/*.sh tests/*/*.sh) .ci/run)

objects = $(patsubst %.c,$(B)/%.o,$(1))
PROGRAMS := $(B)/kaquan-worker $(B)/kaquan-sim $(if $(filter tui/main.c,$(TUI)),$(B)/kaquan) \
  $(if $(filter release,$(VARIANT)),$(patsubst tests/bench/%.c,$(B)/%,$(BENCHES)) $(patsubst tests/demo/%.c,$(B)/%,$(DEMOS))) \
  build/locale/zh_CN/LC_MESSAGES/kaquan.mo $(patsubst %.scd,build/man/%,$(notdir $(MANUALS)))
TEST_PROGRAMS := $(patsubst tests/%.c,$(B)/tests/%,$(TESTS) $(FUZZ))

# --- targets ---

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: FORCE all check packages demo demo-stop test bench lint format install clean help

all: $(PROGRAMS) ## build the programs into build/release

check: ## build programs and tests under the sanitizers into build/check
	@$(MAKE) VARIANT=check all tests-built

packages: ## install the Debian packages that build, tests and demo need (as root or by sudo)
	@tests/packages.sh

demo: packages ## a whole event against the simulated WeChat; on a terminal it ends in the console
	@$(MAKE) all
	@tests/demo.sh start

demo-stop: ## end what `make demo` started
	@tests/demo.sh stop

test: packages ## build everything, run all tests
	@$(MAKE) all
	@$(MAKE) check
	@$(MAKE) VARIANT=check tests-run

bench: packages ## measure against the goals and print a table
	@$(MAKE) all
	@tests/bench/bench.sh

lint: packages ## check format, C and shell by clang-format, clang-tidy, cppcheck, shellcheck
	@$(MAKE) lint-all

format: ## write all C as clang-format has it
	clang-format -i $(C_FILES)

install: all ## install programs, units, cron example, manuals under PREFIX (and DESTDIR)
	install -D -t $(DESTDIR)$(PREFIX)/bin $(filter %/kaquan %/kaquan-worker %/kaquan-sim,$(PROGRAMS))
	$(foreach f,$(notdir $(wildcard worker/*.service worker/*.timer worker/*.cron)),sed 's|/usr/local|$(PREFIX)|g' worker/$f | \
	  install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/$(if $(filter %.cron,$f),share/kaquan,lib/systemd/system)/$f;)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/locale/zh_CN/LC_MESSAGES build/locale/zh_CN/LC_MESSAGES/kaquan.mo
	$(foreach m,$(patsubst %.scd,%,$(notdir $(MANUALS))),install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $m)) build/man/$m;)
	$(B)/kaquan-worker completion bash | \
	  install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/bash-completion/completions/kaquan-worker
	$(B)/kaquan --completion | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/bash-completion/completions/kaquan

clean: ## remove build/ (stops a running demo first)
	@if [ -d build/demo ]; then tests/demo.sh stop; fi
	rm -rf build

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- tests ---

.PHONY: tests-built tests-run
tests-built: $(TEST_PROGRAMS) $(B)/scan
tests-run: # their last line: how many passed, how many failed. Scripts first: some take long, and lanes end together
	@tests/run.sh tests/sim/sim_check.sh tests/tui/smoke.sh tests/node/run.sh tests/harden_check.sh $(TEST_PROGRAMS)

# --- programs ---

$(B)/libkaquan.a: $(call objects,$(COMMON)) $(B)/gen/sql_list.o $(B)/gen/migration_list.o
	$(call say,AR)
	$(Q)rm -f $@; ar rcD $@ $^

link = $(call say,LINK)$(if $(V),,;) $(LINK) -o $@ $(filter %.o %.a,$^)
$(B)/kaquan-worker: $(call objects,$(WORKER)) $(B)/libkaquan.a
	$(link) $(LIBS)
$(B)/kaquan: $(call objects,$(TUI)) $(B)/libkaquan.a
	$(link) $(LIBS) $(TUI_LIBS)
$(B)/kaquan-sim: $(call objects,$(SIM))
	$(link) $(SIM_LIBS)
$(B)/bench_%: $(B)/tests/bench/bench_%.o $(B)/libkaquan.a
	$(link) $(LIBS)
$(patsubst tests/demo/%.c,$(B)/%,$(DEMOS)): $(B)/%: $(B)/tests/demo/%.o $(B)/libkaquan.a
	$(link) $(LIBS)

HARNESS_OBJECTS := $(call objects,$(HARNESS)) $(B)/libkaquan.a
$(B)/bench_console: $(B)/tests/bench/bench_console.o $(HARNESS_OBJECTS)
	$(link) $(LIBS) $(TEST_LIBS)
$(B)/scan: $(B)/tests/tui/scan.o
	$(link) -lzbar
$(B)/tests/tui/%: $(B)/tests/tui/%.o $(call objects,$(filter-out tui/main.c,$(TUI))) $(HARNESS_OBJECTS)
	$(link) $(LIBS) $(TUI_LIBS) $(TEST_LIBS)
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/fuzz.o $(B)/libkaquan.a
	$(link) $(LIBS)
$(B)/tests/%: $(B)/tests/%.o $(call objects,$(filter-out worker/main.c,$(WORKER))) $(HARNESS_OBJECTS)
	$(link) $(LIBS) $(TEST_LIBS)

# --- objects ---

# Rewritten when compiler or flags change, which makes everything again.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(COMPILE) $(LINK)' | cmp -s - $@ || printf '%s\n' '$(COMPILE) $(LINK)' > $@

GENERATED := $(G)/sql_list.h
$(B)/tests/%.o: COMPILE += $(TEST_INCLUDES)
$(B)/%.o: %.c $(B)/flags | $(GENERATED)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<
$(B)/gen/%.o: $(G)/%.c $(B)/flags | $(GENERATED)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

# The directories tell when a file is gone.
$(G)/sql_list.h: $(SQL) common/embed.sh common/sql
	@mkdir -p $(G)
	$(Q)common/embed.sh h sql $(SQL) > $@
$(G)/sql_list.c: $(SQL) common/embed.sh common/sql
	@mkdir -p $(G)
	$(Q)common/embed.sh c sql $(SQL) > $@
$(G)/migration_list.c: $(MIGRATE) common/embed.sh migrations
	@mkdir -p $(G)
	$(Q)common/embed.sh c migration $(MIGRATE) > $@

# One catalogue for both programs: the console says what common/ says, and the worker heads its columns as the console does.
build/locale/zh_CN/LC_MESSAGES/kaquan.mo: $(PO)
	$(call say,MSGFMT)
	@mkdir -p $(@D)
	$(Q)msgcat --use-first -o $@.po $^
	$(Q)msgfmt --check-format -o $@ $@.po
vpath %.scd tui worker
# The tables of the worker stand in the pages; in two steps, for make sees only the last exit code of a pipe.
build/man/%: %.scd $(B)/kaquan-worker
	$(call say,SCDOC)
	@mkdir -p $(@D)
	$(Q)$(B)/kaquan-worker manual $< > $@.scd
	$(Q)scdoc < $@.scd > $@

build/man/kaquan.1: tui/kaquan.1.scd $(B)/kaquan
	$(call say,SCDOC)
	@mkdir -p $(@D)
	$(Q)$(B)/kaquan --manual < $< > $@.scd
	$(Q)scdoc < $@.scd > $@

-include $(patsubst %.o,%.d,$(call objects,$(COMMON) $(WORKER) $(TUI) $(SIM) $(HARNESS) $(BENCHES) $(DEMOS) $(TESTS) $(FUZZ) $(SCAN)) \
  $(B)/gen/sql_list.o $(B)/gen/migration_list.o)

# --- lint: each file is looked at again only when it, or something it includes, changed ---

C_SOURCES := $(COMMON) $(WORKER) $(TUI) $(SIM) $(HARNESS) $(BENCHES) $(DEMOS) $(TESTS) $(SCAN) $(sort $(wildcard tests/fuzz/*.c))
C_HEADERS := $(sort $(wildcard common/*.h worker/*.h tui/*.h tests/*/*.h))
C_FILES   := $(C_SOURCES) $(C_HEADERS)
TIDIED    := $(patsubst %.c,build/lint/%.tidy,$(C_SOURCES))

.PHONY: lint-all lint-format lint-shell lint-words lint-cppcheck
lint-all: lint-format lint-shell lint-words lint-cppcheck $(TIDIED)
	@echo "lint: $(words $(C_FILES)) C files and $(words $(SCRIPTS)) scripts are clean"
lint-format:
	@clang-format --dry-run -Werror $(C_FILES)
lint-shell:
	@shellcheck --external-sources $(SCRIPTS)
lint-words:
	@tests/po_check.sh
lint-cppcheck: | $(GENERATED)
	@mkdir -p build/lint/cppcheck
	@cppcheck --quiet --enable=warning,portability,performance --inline-suppr --error-exitcode=1 --std=c11 \
	  --cppcheck-build-dir=build/lint/cppcheck --suppressions-list=tests/cppcheck.txt -D__linux__ \
	  '-DcJSON_ArrayForEach(e,a)=while((e=(a)?(a)->child:0))' \
	  $(INCLUDES) $(TEST_INCLUDES) $(C_SOURCES)
build/lint/%.tidy: %.c .clang-tidy $(C_HEADERS) | $(GENERATED)
	$(call say,TIDY,$<)
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(LANGUAGE) $(INCLUDES) $(TEST_INCLUDES) 2>$@.err >$@.out || { cat $@.out; false; }
	@touch $@
