#include "stat.h"

#include "json.h"

bool stat_sum(struct db *db, double seconds, int64_t *changed, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    double most = seconds < STAT_MOST_S ? seconds : STAT_MOST_S;
    if (!db_query(db, &sql_stat_sum, &rows, err, V_SECONDS(most)))
        return false;
    *changed = db_int(&rows, 0, "changed");
    return true;
}

bool stat_ask_wechat(struct db *db, struct wx *wx, int64_t *days, struct err *err) {
    AUTO_ROWS struct db_rows span = {0}, stored = {0};
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_BUF struct buf body = {0}, list = {0};
    if (!db_query0(db, &sql_stat_wechat_span, &span, err))
        return false;
    /* cond_source 1: cards that were made through the API. */
    buf_printf(&body, "{\"begin_date\":\"%s\",\"end_date\":\"%s\",\"cond_source\":1}", db_text(&span, 0, "first"),
               db_text(&span, 0, "last"));
    if (!wx_call(wx, WX_DATACUBE_CARDS, &body, &reply, err))
        return false;
    json_print(&list, json_array(reply.json, "list"));
    if (!db_query(db, &sql_stat_wechat_store, &stored, err, V_INT(wx->account_id), V_TEXT(buf_str(&list))))
        return false;
    *days = stored.hits;
    return true;
}
