#include "qr.h"

#include <errno.h>
#include <string.h>

#include <qrencode.h>

#include "lang.h"

/* --- the code --- */

static void code_free(QRcode **code) {
    QRcode_free(*code);
}
#define AUTO_CODE AUTO(code_free)

static QRcode *encode(const char *text, struct err *err) {
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

    if (!code)
        fail(err, ERR_INPUT, "no code can be made of %zu bytes: %s", strlen(text), strerror(errno));
    return code;
}

/* What is outside is paper. */
static bool is_ink(const QRcode *code, int row, int column) {
    if (row < 0 || column < 0 || row >= code->width || column >= code->width)
        return false;
    return code->data[row * code->width + column] & 1;
}

/* --- its place --- */

static int rows_of(const QRcode *code, int margin) {
    int modules = code->width + 2 * margin;

    return term_ascii() ? modules : (modules + 1) / 2;
}

static int columns_of(const QRcode *code, int margin) {
    int modules = code->width + 2 * margin;

    return term_ascii() ? 2 * modules : modules;
}

static bool has_room(const QRcode *code, int margin, struct area area) {
    return rows_of(code, margin) <= area.rows && columns_of(code, margin) <= area.columns;
}

bool qr_size(const char *text, int margin, int *rows, int *columns, struct err *err) {
    AUTO_CODE QRcode *code = encode(text, err);

    if (!code)
        return false;
    *rows = rows_of(code, margin);
    *columns = columns_of(code, margin);
    return true;
}

/* --- drawing --- */

/* A cell: the module in `row` and the one below. */
static void draw_halves(const QRcode *code, int row, int column, int at_row, int at_column) {
    static const char *const glyphs[] = {" ", "▄", "▀", "█"};
    int upper = is_ink(code, row, column), lower = is_ink(code, row + 1, column);

    term_put(at_row, at_column, ROLE_PAPER, glyphs[2 * upper + lower]);
}

static void draw_blanks(const QRcode *code, int row, int column, int at_row, int at_column) {
    term_put(at_row, at_column, is_ink(code, row, column) ? ROLE_INK : ROLE_PAPER, "  ");
}

static void draw_code(const QRcode *code, int margin, struct area area) {
    int top = area.row + (area.rows - rows_of(code, margin)) / 2;
    int left = area.column + (area.columns - columns_of(code, margin)) / 2;

    for (int row = 0; row < rows_of(code, margin); row++)
        for (int column = 0; column < code->width + 2 * margin; column++)
            if (term_ascii())
                draw_blanks(code, row - margin, column - margin, top + row, left + 2 * column);
            else
                draw_halves(code, 2 * row - margin, column - margin, top + row, left + column);
}

/* The text can at least be typed. */
static bool draw_text(struct area area, const char *text, const struct err *err) {
    int used = ui_paragraph(area, ROLE_ACCENT, text);

    area.row += used + 1;
    area.rows -= used + 1;
    ui_paragraph(area, ROLE_WARN, err->text);
    return false;
}

bool qr_draw(struct area area, const char *text, int margin, struct err *err) {
    AUTO_CODE QRcode *code = encode(text, err);

    if (!code)
        return draw_text(area, text, err);
    if (!has_room(code, margin, area) && margin > QR_MARGIN_LEAST)
        margin = QR_MARGIN_LEAST;
    if (has_room(code, margin, area)) {
        draw_code(code, margin, area);
        return true;
    }
    fail(err, ERR_INPUT, "The code needs %dx%d cells, here are %dx%d: make the window larger.",
         columns_of(code, margin), rows_of(code, margin), area.columns, area.rows);
    return draw_text(area, text, err);
}
