# Kaquan. `make help` lists the targets. Everything that is made lies under build/; build/release is what is installed,
# build/check is the same code under the address and undefined-behaviour sanitizers, for the tests.

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= gcc
VARIANT ?= release
VERSION := 0.1.0
B       := build/$(VARIANT)
G       := build/gen
PG      ?= /usr/lib/postgresql/15/bin

WARNINGS := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wformat=2 -Wshadow -Wstrict-prototypes \
  -Wmissing-prototypes -Wvla -Wnull-dereference -Wcast-qual -Wundef -Wdate-time -Wconversion -Wsign-conversion \
  -Wno-overlength-strings -Werror
HARDEN   := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero \
  -fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing -fPIE -ffile-prefix-map=$(CURDIR)=.
HARDLINK := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen -Wl,--as-needed

OPTIMIZE_release := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 $(HARDEN)
OPTIMIZE_check   := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -fPIE \
  -DKAQUAN_FAULT_POINTS
LINK_release     := $(HARDLINK)
LINK_check       := -fsanitize=address,undefined -pie

INCLUDES := -Icommon -I$(G) -I$(shell $(PG)/pg_config --includedir 2>/dev/null || echo /usr/include/postgresql)
CFLAGS   += $(WARNINGS) $(OPTIMIZE_$(VARIANT)) $(INCLUDES) -DKAQUAN_VERSION='"$(VERSION)"' -MMD -MP
LIBS     := -lpq -lcurl -lcrypto -lssl -lcjson -lm
TUI_LIBS := -lncursesw -lpanelw -ltinfo

COMMON  := $(sort $(wildcard common/*.c))
WORKER  := $(sort $(wildcard worker/*.c))
TUI     := $(sort $(wildcard tui/*.c))
SIM     := $(sort $(wildcard tests/sim/*.c))
HARNESS := $(sort $(wildcard tests/harness/*.c))
BENCHES := $(sort $(wildcard tests/bench/*.c))
TESTS   := $(sort $(wildcard tests/common/test_*.c tests/worker/test_*.c tests/migrations/test_*.c tests/tui/test_*.c))
SQL     := $(sort $(wildcard common/sql/*.sql))
MIGRATE := $(sort $(wildcard migrations/*.sql))

objects   = $(patsubst %.c,$(B)/%.o,$(1))
GENERATED := $(G)/sql_list.h
TEST_PROGRAMS := $(patsubst tests/%.c,$(B)/tests/%,$(TESTS))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all programs check-programs demo demo-stop test bench lint format install clean help packages

all: programs ## build the programs into build/release

programs: $(B)/kaquan-worker $(B)/kaquan-sim $(if $(TUI),$(B)/kaquan) $(patsubst tests/bench/%.c,$(B)/%,$(BENCHES))

check-programs: ## build everything under the sanitizers into build/check
	$(MAKE) --no-print-directory VARIANT=check programs tests-built

.PHONY: tests-built
tests-built: $(TEST_PROGRAMS)

$(B)/libkaquan.a: $(call objects,$(COMMON)) $(B)/gen/sql_list.o $(B)/gen/migration_list.o
	rm -f $@; ar rcD $@ $^

$(B)/kaquan-worker: $(call objects,$(WORKER)) $(B)/libkaquan.a
	$(CC) $(LINK_$(VARIANT)) -o $@ $^ $(LIBS)

$(B)/kaquan: $(call objects,$(TUI)) $(B)/libkaquan.a
	$(CC) $(LINK_$(VARIANT)) -o $@ $^ $(LIBS) $(TUI_LIBS)

$(B)/kaquan-sim: $(call objects,$(SIM))
	$(CC) $(LINK_$(VARIANT)) -o $@ $^ -lmicrohttpd -lcjson -lcurl -lssl -lcrypto -lpthread -lm

$(B)/bench_%: $(B)/tests/bench/bench_%.o $(B)/libkaquan.a
	$(CC) $(LINK_$(VARIANT)) -o $@ $^ $(LIBS)

$(B)/tests/%: $(B)/tests/%.o $(call objects,$(HARNESS)) $(call objects,$(filter-out worker/main.c,$(WORKER))) $(B)/libkaquan.a
	$(CC) $(LINK_$(VARIANT)) -o $@ $^ $(LIBS) -lcmocka -lvterm -lutil

$(B)/tests/%.o: INCLUDES += -Iworker -Itests/harness
$(B)/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<
$(B)/gen/%.o: $(G)/%.c | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<

$(G)/sql_list.h: $(SQL) common/embed.sh common/sql
	@mkdir -p $(G)
	common/embed.sh h sql $(SQL) > $@
$(G)/sql_list.c: $(SQL) common/embed.sh common/sql
	@mkdir -p $(G)
	common/embed.sh c sql $(SQL) > $@
$(G)/migration_list.c: $(MIGRATE) common/embed.sh migrations
	@mkdir -p $(G)
	common/embed.sh c migration $(MIGRATE) > $@

-include $(shell find build -name '*.d' 2>/dev/null)

clean: ## remove build/ (stop a running demo first)
	rm -rf build

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
