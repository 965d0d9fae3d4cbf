/* scan - reads a screen from standard input and prints what the code on it says, as a gate's scanner would. Half
 * blocks are dark, each cell two modules high. Ends with 1 when there is no code. */
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include <zbar.h>

enum { ROWS = 200, COLUMNS = 400, SCALE = 4, WIDTH = COLUMNS * SCALE, HEIGHT = 2 * ROWS * SCALE };

static uint8_t grey[HEIGHT * WIDTH];

static void put(int column, int half, int dark) {
    for (int y = 0; y < SCALE; y++)
        for (int x = 0; x < SCALE; x++)
            grey[(half * SCALE + y) * WIDTH + column * SCALE + x] = dark ? 0 : 255;
}

/* A wide character takes two columns. */
static void read_screen(void) {
    wint_t c;
    int row = 0, column = 0;

    while ((c = getwchar()) != WEOF && row < ROWS) {
        if (c == L'\n') {
            row++;
            column = 0;
            continue;
        }
        if (column >= COLUMNS)
            continue;
        put(column, 2 * row, c == L'█' || c == L'▀');
        put(column, 2 * row + 1, c == L'█' || c == L'▄');
        column += wcwidth((wchar_t)c) == 2 ? 2 : 1;
    }
}

int main(void) {
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    const zbar_symbol_t *symbol;

    setlocale(LC_ALL, "C.UTF-8");
    for (size_t i = 0; i < sizeof(grey); i++)
        grey[i] = 255;
    read_screen();
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, WIDTH, HEIGHT);
    zbar_image_set_data(image, grey, sizeof(grey), NULL);
    zbar_scan_image(scanner, image);
    symbol = zbar_image_first_symbol(image);
    if (symbol)
        puts(zbar_symbol_get_data(symbol));
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    return symbol ? 0 : 1;
}
