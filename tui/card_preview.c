#include <stdio.h>
#include <string.h>

#include "card_draw.h"
#include "lang.h"

enum { PHONE_COLUMNS = 38 };

/* A text of the card as it is shown, the mark of one that WeChat would refuse below it. */
static void show(const struct card_form *form, const char *place, struct area *at, enum term_role role) {
    int line = card_form_line(form, place);
    int used;

    if (line < 0 || card_form_text(form, line)[0] == '\0' || at->rows <= 0)
        return;
    used = ui_paragraph(*at, role, card_form_text(form, line));
    at->row += used;
    at->rows -= used;
    if (at->rows <= 0 || form->lines[line].cause[0] == '\0' || form->lines[line].level != LINT_ERROR)
        return;
    ui_format(at->row++, at->column, at->columns, ROLE_BAD, "! %s", form->lines[line].cause);
    at->rows--;
}

static void skip(struct area *at) {
    at->row++;
    at->rows--;
}

static void show_dates(const struct card_form *form, struct area *at) {
    const char *from = card_form_text(form, card_form_line(form, "base_info.date_info.begin_timestamp"));
    const char *until = card_form_text(form, card_form_line(form, "base_info.date_info.end_timestamp"));
    const char *days = card_form_text(form, card_form_line(form, "base_info.date_info.fixed_term"));
    const char *type = card_form_text(form, card_form_line(form, "base_info.date_info.type"));

    if (at->rows <= 0)
        return;
    if (strcmp(type, "DATE_TYPE_FIX_TERM") == 0)
        ui_format(at->row, at->column, at->columns, ROLE_NORMAL, _("valid for %s days"), days);
    else if (strcmp(type, "DATE_TYPE_FIX_TIME_RANGE") == 0)
        ui_format(at->row, at->column, at->columns, ROLE_NORMAL, _("valid %s - %s"), from, until);
    else
        ui_text(at->row, at->column, at->columns, ROLE_NORMAL, _("valid for ever"));
    skip(at);
}

static void show_code(const struct card_form *form, struct area *at) {
    const char *type = card_form_text(form, card_form_line(form, "base_info.code_type"));
    bool barcode = strstr(type, "BARCODE") != NULL, text = strcmp(type, "CODE_TYPE_TEXT") == 0;

    if (at->rows <= 1 || strcmp(type, "CODE_TYPE_NONE") == 0)
        return;
    if (!text) {
        ui_format(at->row, at->column, at->columns, ROLE_NORMAL, "      %s",
                  barcode ? (term_ascii() ? "|| ||| | || |" : "║▌║█║▌│║▌║▌█")
                          : (term_ascii() ? "[QR]" : "▛▀▜ ▚▞ ▛▀▜"));
        skip(at);
    }
    if (strstr(type, "ONLY") == NULL) {
        ui_text(at->row, at->column, at->columns, ROLE_DIM, "      6031 8420 7551");
        skip(at);
    }
}

/* Something to tap: its name, and the hint at its right. */
static void show_button(const struct card_form *form, const char *name, const char *hint, struct area *at) {
    const char *text = card_form_text(form, card_form_line(form, name));

    if (text[0] == '\0' || at->rows <= 0)
        return;
    ui_format(at->row, at->column, at->columns, ROLE_ACCENT, "%s", text);
    ui_right(at->row, at->column, at->columns, ROLE_DIM, card_form_text(form, card_form_line(form, hint)));
    skip(at);
}

static void show_card(const struct card_form *form, struct area at) {
    show(form, "base_info.brand_name", &at, ROLE_DIM);
    skip(&at);
    show(form, "base_info.title", &at, ROLE_HEADER);
    show(form, "base_info.sub_title", &at, ROLE_NORMAL);
    skip(&at);
    show_button(form, "base_info.center_title", "base_info.center_sub_title", &at);
    show_code(form, &at);
    skip(&at);
    show(form, "base_info.notice", &at, ROLE_NORMAL);
    show_dates(form, &at);
    skip(&at);
    show_button(form, "base_info.custom_url_name", "base_info.custom_url_sub_title", &at);
    show_button(form, "base_info.promotion_url_name", "base_info.promotion_url_sub_title", &at);
}

void card_draw_preview(const struct card_form *form, struct area area) {
    int columns = area.columns < PHONE_COLUMNS ? area.columns : PHONE_COLUMNS;
    struct area box = {area.row, area.column + (area.columns - columns) / 2, area.rows, columns};

    ui_box(box, ROLE_DIM);
    show_card(form, (struct area){box.row + 1, box.column + 2, box.rows - 2, box.columns - 4});
}
