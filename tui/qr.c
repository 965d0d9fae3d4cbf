#include "qr.h"

#include <errno.h>
#include <string.h>

#include <qrencode.h>

#include "lang.h"
#include "png.h"

enum { PNG_PIXELS = 8 }; /* a module's edge in a file */

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

static int edge_of(const QRcode *code, struct qr_look look) {
    return (code->width + 2 * look.margin) * look.size;
}

static int rows_of(const QRcode *code, struct qr_look look) {
    return term_ascii() ? edge_of(code, look) : (edge_of(code, look) + 1) / 2;
}

static int columns_of(const QRcode *code, struct qr_look look) {
    return term_ascii() ? 2 * edge_of(code, look) : edge_of(code, look);
}

static bool has_room(const QRcode *code, struct qr_look look, struct area area) {
    return rows_of(code, look) <= area.rows && columns_of(code, look) <= area.columns;
}

static int size_most(const QRcode *code, int margin, struct area area) {
    int size = 0;

    while (has_room(code, (struct qr_look){margin, size + 1}, area))
        size++;
    return size;
}

int qr_size_most(const char *text, int margin, struct area area) {
    AUTO_CODE QRcode *code = encode(text, NULL);

    return code ? size_most(code, margin, area) : 0;
}

int qr_version(const char *text, int *modules) {
    AUTO_CODE QRcode *code = encode(text, NULL);

    *modules = code ? code->width : 0;
    return code ? code->version : 0;
}

/* --- drawing --- */

/* A code as pixels, of which a module has `size` at each edge. */
struct pixels {
    const QRcode *code;
    struct qr_look look;
};

static bool is_dark(const void *context, int row, int column) {
    const struct pixels *p = context;

    return is_ink(p->code, row / p->look.size - p->look.margin, column / p->look.size - p->look.margin);
}

/* A cell: the pixel in `row` and the one below. */
static void draw_halves(const struct pixels *p, int row, int column, int at_row, int at_column) {
    static const char *const glyphs[] = {" ", "▄", "▀", "█"};
    int upper = is_dark(p, row, column), lower = is_dark(p, row + 1, column);

    term_put(at_row, at_column, ROLE_PAPER, glyphs[2 * upper + lower]);
}

static void draw_blanks(const struct pixels *p, int row, int column, int at_row, int at_column) {
    term_put(at_row, at_column, is_dark(p, row, column) ? ROLE_INK : ROLE_PAPER, "  ");
}

static void draw_code(const struct pixels *p, struct area area) {
    int top = area.row + (area.rows - rows_of(p->code, p->look)) / 2;
    int left = area.column + (area.columns - columns_of(p->code, p->look)) / 2;

    for (int row = 0; row < rows_of(p->code, p->look); row++)
        for (int column = 0; column < edge_of(p->code, p->look); column++)
            if (term_ascii())
                draw_blanks(p, row, column, top + row, left + 2 * column);
            else
                draw_halves(p, 2 * row, column, top + row, left + column);
}

/* The text can at least be typed. */
static bool draw_text(struct area area, const char *text, const struct err *err) {
    int used = ui_paragraph(area, ROLE_ACCENT, text);

    area.row += used + 1;
    area.rows -= used + 1;
    ui_paragraph(area, ROLE_WARN, err->text);
    return false;
}

bool qr_draw(struct area area, const char *text, struct qr_look look, struct err *err) {
    AUTO_CODE QRcode *code = encode(text, err);
    int most;

    if (!code)
        return draw_text(area, text, err);
    most = size_most(code, look.margin, area);
    look.size = look.size < most ? look.size : most > 0 ? most : 1;
    if (most == 0 && look.margin > QR_MARGIN_LEAST)
        look.margin = QR_MARGIN_LEAST;
    if (has_room(code, look, area)) {
        draw_code(&(struct pixels){code, look}, area);
        return true;
    }
    fail(err, ERR_INPUT, "The code needs %dx%d cells, here are %dx%d: make the window larger.",
         columns_of(code, look), rows_of(code, look), area.columns, area.rows);
    return draw_text(area, text, err);
}

bool qr_png(const char *text, int margin, struct buf *out, struct err *err) {
    AUTO_CODE QRcode *code = encode(text, err);
    struct pixels p = {code, {margin, PNG_PIXELS}};

    if (!code)
        return false;
    png_write(out, edge_of(code, p.look), edge_of(code, p.look), is_dark, &p);
    return true;
}
