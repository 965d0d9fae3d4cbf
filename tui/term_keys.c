#include "term_keys.h"

#include <errno.h>
#include <string.h>
#include <wchar.h>

#include <curses.h>

#include "buf.h"
#include "term.h"
#include "term_osc.h"
#include "text.h"

/* ncurses itself counts on from KEY_MAX for keys that only the terminal's description knows, as rxvt's Ctrl-Down. */
enum { PASTE_MOST = 1 << 20, CODE_PASTE = KEY_MAX + 4096, CODE_PASTE_END, CODE_PING };
/* Keys that stay in here. */
enum { PASTE_BEGINS = TERM_GONE + 1, PASTE_ENDS, PING };

/* clang-format off */
static const struct key_name {
    wint_t curses;
    uint32_t key;
} key_names[] = {
    {KEY_UP,        TERM_UP},        {KEY_DOWN,       TERM_DOWN},
    {KEY_LEFT,      TERM_LEFT},      {KEY_RIGHT,      TERM_RIGHT},
    {KEY_PPAGE,     TERM_PAGE_UP},   {KEY_NPAGE,      TERM_PAGE_DOWN},
    {KEY_HOME,      TERM_HOME},      {KEY_END,        TERM_END},
    {KEY_FIND,      TERM_HOME},      {KEY_SELECT,     TERM_END}, /* as screen and linux call them */
    {KEY_BTAB,      TERM_BACKTAB},   {KEY_ENTER,      TERM_ENTER},
    {KEY_BACKSPACE, TERM_BACKSPACE}, {KEY_DC,         TERM_DELETE},
    {KEY_IC,        TERM_INSERT},    {KEY_F(1),       TERM_F1},
    {KEY_F(2),      TERM_F2},        {KEY_F(8),       TERM_F8},
    {KEY_RESIZE,    TERM_RESIZE},    {KEY_SUSPEND,    TERM_CTRL_Z}, /* a key of its own on the text console */
        {CODE_PASTE,     PASTE_BEGINS},
    {CODE_PING,     PING},           {CODE_PASTE_END, PASTE_ENDS},
};

/* What terminals send whatever their description says: arrows and Home without the mode of the keypad, the ends of
 * rxvt, PuTTY and the text console. */
static const struct sequence {
    const char *bytes;
    int code;
} sequences[] = {
    {"\x1b[A",    KEY_UP},         {"\x1bOA",   KEY_UP},
    {"\x1b[B",    KEY_DOWN},       {"\x1bOB",   KEY_DOWN},
    {"\x1b[C",    KEY_RIGHT},      {"\x1bOC",   KEY_RIGHT},
    {"\x1b[D",    KEY_LEFT},       {"\x1bOD",   KEY_LEFT},
    {"\x1b[H",    KEY_HOME},       {"\x1bOH",   KEY_HOME},
    {"\x1b[1~",   KEY_HOME},       {"\x1b[7~",  KEY_HOME},
    {"\x1b[F",    KEY_END},        {"\x1bOF",   KEY_END},
    {"\x1b[4~",   KEY_END},        {"\x1b[8~",  KEY_END},
    {"\x1b[5~",   KEY_PPAGE},      {"\x1b[6~",  KEY_NPAGE},
    {"\x1b[2~",   KEY_IC},         {"\x1b[3~",  KEY_DC},
    {"\x1b[Z",    KEY_BTAB},       {"\x1bOM",   KEY_ENTER},
    {"\x1bOP",    KEY_F(1)},       {"\x1b[11~", KEY_F(1)},
    {"\x1bOQ",    KEY_F(2)},       {"\x1b[12~", KEY_F(2)},
    {"\x1b[19~",  KEY_F(8)},       {"\x1b[200~", CODE_PASTE},
    {"\x1b[201~", CODE_PASTE_END}, {OSC_PING,   CODE_PING},
};
/* clang-format on */

static struct buf pasted;
static bool pasting; /* the end mark is still to come */

void term_keys_start(void) {
    for (size_t i = 0; i < ARRAY_LEN(sequences); i++)
        define_key(sequences[i].bytes, sequences[i].code);
    pasting = false;
}

const char *term_pasted(void) {
    return buf_str(&pasted);
}

static uint32_t named(wint_t code) {
    for (size_t i = 0; i < ARRAY_LEN(key_names); i++)
        if (key_names[i].curses == code)
            return key_names[i].key;
    return TERM_OTHER;
}

/* The next key or character, as it came. */
static uint32_t take(void) {
    wint_t code = 0;
    int kind;

    errno = 0;
    kind = get_wch(&code);
    if (kind == KEY_CODE_YES)
        return named(code);
    if (kind == OK)
        return (uint32_t)code;
    return errno == EIO ? TERM_GONE : TERM_NONE;
}

static uint32_t key_of(uint32_t character) {
    if (character == '\n')
        return TERM_ENTER;
    return character == 0x7F ? TERM_BACKSPACE : character;
}

/* A character between the marks; terminals send a line's end as Return. */
static void collect(uint32_t character, uint32_t before) {
    if (character == 0 || character > 0x10FFFF || pasted.len >= PASTE_MOST || (character == '\n' && before == '\r'))
        return;
    utf8_add(&pasted, character == '\r' ? '\n' : character);
}

/* The end mark in single characters, as it is read when its bytes come too slowly for one key. */
static bool cut_end_mark(void) {
    static const char mark[] = "\x1b[201~";
    size_t len = sizeof(mark) - 1;

    if (pasted.len < len || memcmp(pasted.data + pasted.len - len, mark, len) != 0)
        return false;
    pasted.len -= len;
    pasted.data[pasted.len] = '\0';
    return true;
}

/* Until the end mark, TERM_NONE when more is to come. */
static uint32_t read_paste(void) {
    static uint32_t before;
    uint32_t key;

    while (!cut_end_mark() && (key = take()) != PASTE_ENDS) {
        if (key == TERM_NONE || key == TERM_GONE || key == TERM_RESIZE)
            return key;
        collect(key, before);
        before = key;
    }
    pasting = false;
    before = 0;
    return TERM_PASTE;
}

uint32_t term_keys_read(void) {
    uint32_t key;

    if (pasting)
        return read_paste();
    buf_reset(&pasted);
    while ((key = take()) == PING || key == PASTE_ENDS)
        if (key == PING)
            osc_ping();
    pasting = key == PASTE_BEGINS;
    return pasting ? read_paste() : key_of(key);
}
