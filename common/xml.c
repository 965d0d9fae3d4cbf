#include "xml.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "lang.h"
#include "text.h"

struct scan {
    const char *text;
    size_t len, at;
    const char *why;
};

static bool refuse(struct scan *s, const char *why) {
    if (s->why == NULL)
        s->why = why;
    return false;
}

static bool sees(const struct scan *s, const char *word) {
    size_t len = strlen(word);
    return s->len - s->at >= len && memcmp(s->text + s->at, word, len) == 0;
}

static bool take(struct scan *s, const char *word) {
    if (!sees(s, word))
        return false;
    s->at += strlen(word);
    return true;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct scan *s) {
    while (s->at < s->len && is_blank(s->text[s->at]))
        s->at++;
}

static bool take_name(struct scan *s, char name[XML_NAME + 1]) {
    size_t len = 0;
    while (s->at + len < s->len && (isalnum((unsigned char)s->text[s->at + len]) || s->text[s->at + len] == '_'))
        len++;
    if (len == 0 || len > XML_NAME || isdigit((unsigned char)s->text[s->at]))
        return refuse(s, "the name of an element expected");
    memcpy(name, s->text + s->at, len);
    name[len] = '\0';
    s->at += len;
    return true;
}

/* <name> or <name/> */
static bool open_tag(struct scan *s, char name[XML_NAME + 1], bool *empty) {
    if (!take(s, "<") || !take_name(s, name))
        return refuse(s, "an element expected");
    *empty = take(s, "/>");
    return *empty || take(s, ">") || refuse(s, "> expected: elements have no attributes here");
}

static bool close_tag(struct scan *s, const char *name) {
    return (take(s, "</") && take(s, name) && take(s, ">")) || refuse(s, "the end of the element expected");
}

static bool take_cdata(struct scan *s, struct buf *out) {
    const char *from = s->text + s->at, *end = memmem(from, s->len - s->at, "]]>", 3);
    if (end == NULL)
        return refuse(s, "a CDATA section without end");
    buf_add(out, from, (size_t)(end - from));
    s->at += (size_t)(end - from) + 3;
    return true;
}

/* The five of XML itself; whoever needs others writes UTF-8. */
static bool take_entity(struct scan *s, struct buf *out) {
    static const struct {
        const char *name;
        char c;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < ARRAY_LEN(entities); i++)
        if (take(s, entities[i].name)) {
            buf_char(out, entities[i].c);
            return true;
        }
    return refuse(s, "an entity that is not known");
}

/* Text and CDATA sections up to the next tag. */
static bool take_text(struct scan *s, struct buf *out) {
    while (s->at < s->len) {
        size_t plain = 0;
        while (s->at + plain < s->len && s->text[s->at + plain] != '<' && s->text[s->at + plain] != '&')
            plain++;
        buf_add(out, s->text + s->at, plain);
        s->at += plain;
        if (take(s, "<![CDATA[") ? !take_cdata(s, out) : sees(s, "&") && !take_entity(s, out))
            return false;
        if (sees(s, "<") && !sees(s, "<![CDATA["))
            return true;
    }
    return refuse(s, "the text ends within an element");
}

static char *trimmed(const struct buf *value) {
    const char *from = buf_str(value), *end = from + value->len;
    while (from < end && is_blank(*from))
        from++;
    while (end > from && is_blank(end[-1]))
        end--;
    char *text = mem_new((size_t)(end - from) + 1);
    memcpy(text, from, (size_t)(end - from));
    return text;
}

/* What is within an element: *nested when that is elements, which are passed over. */
static bool take_content(struct scan *s, const char *name, int depth, struct buf *value, bool *nested) {
    char inner[XML_NAME + 1];
    bool empty = false, ignored;
    if (!take_text(s, value))
        return false;
    *nested = !sees(s, "</");
    while (sees(s, "<") && !sees(s, "</")) {
        AUTO_BUF struct buf unused = {0};
        if (depth >= XML_DEPTH)
            return refuse(s, "elements are too deep");
        if (!open_tag(s, inner, &empty) || (!empty && !take_content(s, inner, depth + 1, &unused, &ignored)) ||
            !take_text(s, &unused))
            return false;
    }
    return close_tag(s, name);
}

static bool take_member(struct scan *s, cJSON *object) {
    AUTO_BUF struct buf value = {0};
    char name[XML_NAME + 1];
    bool empty = false, nested = false;
    if (!open_tag(s, name, &empty))
        return false;
    if (cJSON_GetArraySize(object) >= XML_MEMBERS)
        return refuse(s, "too many elements");
    if (cJSON_GetObjectItemCaseSensitive(object, name) != NULL)
        return refuse(s, "an element is there twice");
    if (!empty && !take_content(s, name, 1, &value, &nested))
        return false;
    if (!nested) {
        char *text = trimmed(&value);
        cJSON_AddStringToObject(object, name, text);
        free(text);
    }
    return true;
}

static bool take_document(struct scan *s, cJSON *object) {
    skip_blanks(s);
    if (!take(s, "<xml>"))
        return refuse(s, "<xml> expected");
    for (skip_blanks(s); !sees(s, "</"); skip_blanks(s))
        if (!take_member(s, object))
            return false;
    if (!close_tag(s, "xml"))
        return false;
    skip_blanks(s);
    return s->at == s->len || refuse(s, "something follows </xml>");
}

/* Text that any sink can hold: no NUL, no control characters. */
static bool is_sound(const char *text, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && !is_blank(text[i])) || text[i] == 0x7f)
            return false;
    return utf8_valid(text, len);
}

cJSON *xml_parse(const char *text, size_t len, struct err *err) {
    struct scan s = {.text = text, .len = len};
    cJSON *object = cJSON_CreateObject();
    if (len > XML_SIZE)
        refuse(&s, "too long");
    else if (!is_sound(text, len))
        refuse(&s, "not UTF-8, or with control characters");
    else if (take_document(&s, object))
        return object;
    cJSON_Delete(object);
    fail(err, ERR_PROTOCOL, "XML: %s at byte %zu", _(s.why), s.at);
    return NULL;
}
