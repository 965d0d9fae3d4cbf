/* xml.h - the XML that WeChat pushes: one element <xml> with plain values in it. A small strict reader, not a parser
 * of XML: no attributes, comments, declarations or entities of a document's own. */
#ifndef KAQUAN_XML_H
#define KAQUAN_XML_H

#include <cjson/cJSON.h>

#include "base.h"
#include "err.h"

enum { XML_SIZE = 65536, XML_MEMBERS = 64, XML_DEPTH = 4, XML_NAME = 64 };

/* Reads exactly one <xml> that fills `text`, blanks around it apart: valid UTF-8 of at most XML_SIZE bytes without
 * control characters, no name twice, at most XML_MEMBERS values. The result is an object of texts, without the blanks
 * around each; an element with elements in it (at most XML_DEPTH deep) is passed over. ERR_PROTOCOL with the byte
 * otherwise. The caller owns the result. */
cJSON *xml_parse(const char *text, size_t len, struct err *err);

#endif
