#include "cmd.h"
#include "lang.h"
#include "output.h"

static const struct output_column columns[] = {
    {"name", "SETTING", OUT_TEXT}, {"value", "VALUE", OUT_TEXT},  {"source", "SOURCE", OUT_TEXT},
    {"origin", "FROM", OUT_TEXT},  {"help", "MEANING", OUT_TEXT},
};

bool cmd_config_show(struct call *call, struct err *err UNUSED) {
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.config.1", columns, ARRAY_LEN(columns));
    size_t count;
    const struct conf_row *rows = conf_rows(&count);
    const struct conf *conf = &call->work->conf;
    for (size_t i = 0; i < count; i++) {
        const char *value = conf_text(conf, rows[i].id);
        output_cell(&o, rows[i].name);
        output_cell(&o, rows[i].secret && value[0] != '\0' ? "(set)" : value);
        output_cell(&o, conf_source_name(conf, rows[i].id));
        output_cell(&o, conf_origin_name(conf, rows[i].id));
        output_cell(&o, _(rows[i].help));
    }
    output_list(&o, call->work);
    return true;
}
