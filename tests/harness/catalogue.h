/* catalogue.h - every text that the console says, in English and in Chinese, as tui/po/zh_CN.po has them. */
#ifndef KAQUAN_TEST_CATALOGUE_H
#define KAQUAN_TEST_CATALOGUE_H

#include "base.h"

/* The first text in one of the languages that begins with these `len` bytes and goes on, other than by ".." of its
 * own; NULL: there is none. */
const char *catalogue_begins(bool chinese, const char *text, size_t len);

#endif
