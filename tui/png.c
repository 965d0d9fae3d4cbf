#include "png.h"

#include <stdint.h>
#include <string.h>

enum { STORED_MOST = 65535, ADLER_BASE = 65521, GREY = 0, BITS = 1, UNFILTERED = 0 };

static void add_number(struct buf *out, uint32_t number) {
    const char bytes[4] = {(char)(number >> 24), (char)(number >> 16), (char)(number >> 8), (char)number};

    buf_add(out, bytes, sizeof(bytes));
}

static uint32_t crc_32(const char *data, size_t len) {
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < len; i++) {
        crc ^= (uint8_t)data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320U : 0);
    }
    return ~crc;
}

static uint32_t adler_32(const char *data, size_t len) {
    uint32_t low = 1, high = 0;

    for (size_t i = 0; i < len; i++) {
        low = (low + (uint8_t)data[i]) % ADLER_BASE;
        high = (high + low) % ADLER_BASE;
    }
    return high << 16 | low;
}

/* Length, four letters, data, and a sum over the last two. */
static void add_chunk(struct buf *out, const char *name, const struct buf *data) {
    size_t start = out->len + 4;

    add_number(out, (uint32_t)data->len);
    buf_text(out, name);
    buf_add(out, buf_str(data), data->len);
    add_number(out, crc_32(buf_str(out) + start, out->len - start));
}

static void add_head(struct buf *out, int width, int height) {
    const char how[] = {BITS, GREY, 0, 0, 0}; /* deflate, the usual filters, not interlaced */
    AUTO_BUF struct buf head = {0};

    add_number(&head, (uint32_t)width);
    add_number(&head, (uint32_t)height);
    buf_add(&head, how, sizeof(how));
    add_chunk(out, "IHDR", &head);
}

/* Rows of bits, white is 1, each begun by its filter. */
static void write_rows(struct buf *out, int width, int height,
                       bool (*is_ink)(const void *context, int row, int column), const void *context) {
    for (int row = 0; row < height; row++) {
        buf_char(out, UNFILTERED);
        for (int column = 0; column < width; column += 8) {
            unsigned bits = 0;

            for (int i = 0; i < 8; i++)
                bits = bits << 1 | (column + i >= width || !is_ink(context, row, column + i));
            buf_char(out, (char)bits);
        }
    }
}

/* A zlib stream of blocks that are stored as they are. */
static void add_pixels(struct buf *out, const struct buf *rows) {
    AUTO_BUF struct buf stream = {0};

    buf_add(&stream, "\x78\x01", 2);
    for (size_t at = 0; at < rows->len; at += STORED_MOST) {
        size_t left = rows->len - at, len = left < STORED_MOST ? left : STORED_MOST;
        const char head[5] = {left == len, (char)len, (char)(len >> 8), (char)~len, (char)(~len >> 8)};

        buf_add(&stream, head, sizeof(head));
        buf_add(&stream, buf_str(rows) + at, len);
    }
    add_number(&stream, adler_32(buf_str(rows), rows->len));
    add_chunk(out, "IDAT", &stream);
}

void png_write(struct buf *out, int width, int height, bool (*is_ink)(const void *context, int row, int column),
               const void *context) {
    AUTO_BUF struct buf rows = {0};

    write_rows(&rows, width, height, is_ink, context);
    buf_add(out, "\x89PNG\r\n\x1a\n", 8);
    add_head(out, width, height);
    add_pixels(out, &rows);
    add_chunk(out, "IEND", &(struct buf){0});
}
