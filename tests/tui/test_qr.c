/* Codes are scanned from the screen, as a gate's scanner would. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <zbar.h>

#include "png.h"
#include "qr.h"

enum { PIXELS = 4 }; /* a module's edge */

struct picture {
    unsigned width, height;
    unsigned char *grey;
};

/* Is half a cell light? An operator's terminal has light letters on a dark ground, or the colours the cell asks for.
 */
static bool is_light(const struct test_cell *cell, bool lower) {
    bool ink = strcmp(cell->text, "█") == 0 || strcmp(cell->text, lower ? "▄" : "▀") == 0;
    int colour = cell->colour < 0 ? 231 : cell->colour, ground = cell->ground < 0 ? 16 : cell->ground;

    return (ink != cell->reverse ? colour : ground) == 231;
}

/* `halves`: a cell is two modules above each other; else half of one. */
static struct picture photograph(struct test_screen *s, bool halves) {
    unsigned wide = halves ? PIXELS : PIXELS / 2, high = halves ? 2 * PIXELS : PIXELS;
    struct picture p = {0};
    int rows, columns;

    test_screen_size(s, &rows, &columns);
    p.width = (unsigned)columns * wide;
    p.height = (unsigned)rows * high;
    p.grey = mem_new((size_t)p.width * p.height);
    for (unsigned i = 0; i < (unsigned)(rows * columns); i++) {
        unsigned row = i / (unsigned)columns, column = i % (unsigned)columns;
        struct test_cell cell = test_screen_cell(s, (int)row, (int)column);

        for (unsigned y = 0; y < high; y++)
            memset(p.grey + (row * high + y) * p.width + column * wide, is_light(&cell, y >= PIXELS) ? 255 : 0, wide);
    }
    return p;
}

static void assert_says(struct picture p, const char *wanted) {
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    const zbar_symbol_t *symbol;

    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, p.width, p.height);
    zbar_image_set_data(image, p.grey, (unsigned long)p.width * p.height, NULL);
    assert_int_equal(zbar_scan_image(scanner, image), 1);
    symbol = zbar_image_first_symbol(image);
    assert_string_equal(zbar_symbol_get_data(symbol), wanted);
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    free(p.grey);
}

static void assert_scans(struct test_screen *s, bool halves, const char *wanted) {
    assert_says(photograph(s, halves), wanted);
}

/* As another program reads it. */
static struct picture develop(const struct buf *file) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    struct picture p = {0};

    assert_true(png_image_begin_read_from_memory(&image, buf_str(file), file->len));
    image.format = PNG_FORMAT_GRAY;
    p = (struct picture){image.width, image.height, mem_new(PNG_IMAGE_SIZE(image))};
    assert_true(png_image_finish_read(&image, NULL, p.grey, 0, NULL));
    assert_int_equal(image.warning_or_error, 0);
    return p;
}

static void draw_qr(struct stage *stage) {
    struct area area = {0};
    struct err err = {0};

    term_size(&area.rows, &area.columns);
    qr_draw(area, stage->text, (struct qr_look){QR_MARGIN, stage->number > 0 ? stage->number : 1}, &err);
}

/* The digits, letters and links that tickets have. */
static const char *const codes[] = {
    "603184207551",
    "110201201245",
    "000000000000",
    "6031842075512",
    "60318420755123",
    "603184207551234",
    "6031842075512345",
    "60318420755123456",
    "603184207551234567",
    "6031842075512345678",
    "60318420755123456789",
    "KQ7F2M9XTR4B",
    "KQ7F2M9XTR4B8W3ZP6HD",
    "kq7f2m9xTR4b",
    "abcdefghijklmnopqrst",
    "A-9_b.0~Z4k2",
    "https://t.example.com/c/603184207551?s=aB3dE",
    "https://tickets.example.com/card/603184207551?s=aB3dEfGh1234567890abcd",
};

static void scan_all(const struct test_screen_run *how, bool ascii) {
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        AUTO_SCREEN struct test_screen *s = test_screen_call(
            how, play, &(struct stage){.options = {.ascii = ascii}, .draw = draw_qr, .text = codes[i]});

        test_screen_idle(s);
        assert_scans(s, !ascii, codes[i]);
    }
}

TEST(every_code_is_scanned_from_the_screen) {
    scan_all(&usual, false);
}

TEST(every_code_is_scanned_without_colours) {
    scan_all(&plain, false);
}

TEST(every_code_is_scanned_in_ascii_where_there_is_room) {
    scan_all(&(struct test_screen_run){.rows = 50, .columns = 100}, true);
    scan_all(&(struct test_screen_run){.rows = 50, .columns = 100, .term = "vt100"}, true);
}

TEST(a_larger_code_is_scanned_and_one_without_room_becomes_smaller) {
    AUTO_SCREEN struct test_screen *s =
        test_screen_call(&(struct test_screen_run){.rows = 46, .columns = 100}, play,
                         &(struct stage){.draw = draw_qr, .text = codes[0], .number = 3});

    test_screen_idle(s);
    assert_scans(s, true, codes[0]);
    assert_string_equal(test_screen_cell(s, 9, 18).text,
                        "█"); /* 3 cells a module, 12 of margin, 6 above and at the left */
    test_screen_resize(s, 30, 100);
    test_screen_idle(s);
    assert_scans(s, true, codes[0]);
}

TEST(a_code_in_a_file_is_read_and_scanned_by_others) {
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        AUTO_BUF struct buf file = {0};
        struct err err = {0};

        assert_true(qr_png(codes[i], QR_MARGIN, &file, &err));
        assert_says(develop(&file), codes[i]);
    }
}

static bool is_on_a_stripe(const void *context UNUSED, int row, int column) {
    return (row * 7 + column) % 13 < 5;
}

TEST(a_large_picture_of_any_width_is_read_pixel_by_pixel) {
    static const int widths[] = {1, 7, 8, 9, 1003};

    for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
        AUTO_BUF struct buf file = {0};
        struct picture p;

        png_write(&file, widths[i], 1001, is_on_a_stripe, NULL);
        p = develop(&file);
        assert_int_equal(p.width, widths[i]);
        assert_int_equal(p.height, 1001);
        for (unsigned at = 0; at < p.width * p.height; at++)
            assert_int_equal(p.grey[at], is_on_a_stripe(NULL, (int)(at / p.width), (int)(at % p.width)) ? 0 : 255);
        free(p.grey);
    }
}

TEST(a_code_without_room_is_a_text_and_a_note) {
    AUTO_SCREEN struct test_screen *s = test_screen_call(&(struct test_screen_run){.rows = 12, .columns = 60}, play,
                                                         &(struct stage){.draw = draw_qr, .text = codes[0]});

    test_screen_idle(s);
    assert_string_equal(test_screen_row(s, 0), codes[0]);
    assert_string_equal(test_screen_row(s, 2), "The code needs 25x13 cells, here are 60x12: make the window");
    test_screen_resize(s, 13, 60);
    test_screen_until_gone(s, "make the window");
    test_screen_idle(s);
    assert_scans(s, true, codes[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_is_scanned_from_the_screen),
        cmocka_unit_test(every_code_is_scanned_without_colours),
        cmocka_unit_test(every_code_is_scanned_in_ascii_where_there_is_room),
        cmocka_unit_test(a_larger_code_is_scanned_and_one_without_room_becomes_smaller),
        cmocka_unit_test(a_code_in_a_file_is_read_and_scanned_by_others),
        cmocka_unit_test(a_large_picture_of_any_width_is_read_pixel_by_pixel),
        cmocka_unit_test(a_code_without_room_is_a_text_and_a_note),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
