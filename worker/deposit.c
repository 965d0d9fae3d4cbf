#include "deposit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "clock.h"
#include "fault.h"
#include "json.h"
#include "wx_many.h"

enum { PARTS_AT_ONCE = 8, CONFIRM_AT_ONCE = 32, SENDS_MAX = 8 };
static const double TELL_EVERY_S = 1;

/* Each call has lanes of its own. */
enum call { SEND, CHECK, CALLS };
static const enum wx_endpoint_id endpoints[CALLS] = {[SEND] = WX_CODE_DEPOSIT, [CHECK] = WX_CODE_CHECK};

struct part {
    int64_t id;
    int sends;     /* calls of code/deposit so far, with the one to come */
    bool last_try; /* what is missing now waits for the next run */
    cJSON *codes;  /* not confirmed yet */
    struct buf body;
    struct part *next;
};

struct queue {
    struct part *first, **end;
};

struct deposit {
    struct run *run;
    struct wx *wx;
    struct wx_many *many;
    const char *card_id;
    struct queue queue[CALLS];
    struct part *lane[CALLS * DEPOSIT_LANES];
    int waiting;         /* in the queues */
    bool open_left;      /* parts of an earlier run */
    int64_t open_after;  /* were looked at */
    bool codes_left;     /* that are in no part */
    char code_after[21]; /* were looked at */
    struct buf whole;    /* ids of parts that WeChat has, not yet written down: "1,2" */
    int whole_count;
    int64_t confirmed, total;
    double told;
    bool failed; /* `why`: nothing more is begun */
    struct err why;
};

/* --- parts --- */

static struct part *part_new(const struct db_rows *rows, int row) {
    const char *codes = db_text(rows, row, "codes");
    struct part *p = mem_new(sizeof *p);
    p->id = db_int(rows, row, "id");
    p->sends = (int)db_int(rows, row, "sends");
    p->codes = cJSON_Parse(codes);
    if (!cJSON_IsArray(p->codes))
        bug("a part without codes");
    return p;
}

static void part_free(struct part *p) {
    if (p == NULL)
        return;
    cJSON_Delete(p->codes);
    buf_wipe(&p->body);
    free(p);
}

static void push(struct deposit *d, enum call call, struct part *p) {
    struct queue *q = &d->queue[call];
    p->next = NULL;
    *q->end = p;
    q->end = &p->next;
    d->waiting++;
}

static struct part *pop(struct deposit *d, enum call call) {
    struct queue *q = &d->queue[call];
    struct part *p = q->first;
    if (p == NULL)
        return NULL;
    q->first = p->next;
    if (q->first == NULL)
        q->end = &q->first;
    d->waiting--;
    return p;
}

static void give_up(struct deposit *d, const struct err *why) {
    if (!d->failed)
        d->why = *why;
    d->failed = true;
}

/* --- lists of codes --- */

/* Of a list in WeChat's answer, which may hold text or numbers. */
static bool list_has(const cJSON *list, const char *code) {
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list) {
        char number[32];
        snprintf(number, sizeof number, "%.0f", cJSON_IsNumber(item) ? item->valuedouble : -1);
        if (strcmp(cJSON_IsString(item) ? item->valuestring : number, code) == 0)
            return true;
    }
    return false;
}

/* The codes that are in `list`, or those that are not; out of `from` into a list of their own. */
static cJSON *take_codes(cJSON *from, const cJSON *list, bool in_list) {
    cJSON *taken = cJSON_CreateArray(), *next = NULL;
    for (cJSON *code = from->child; code != NULL; code = next) {
        next = code->next;
        if (list_has(list, code->valuestring) == in_list)
            cJSON_AddItemToArray(taken, cJSON_DetachItemViaPointer(from, code));
    }
    return taken;
}

static char *list_text(const cJSON *list) {
    char *text = cJSON_PrintUnformatted(list);
    if (text == NULL)
        bug("no memory for a list of codes");
    return text;
}

/* --- what becomes of a part --- */

static bool write_whole(struct deposit *d, struct err *err) {
    AUTO_BUF struct buf ids = {0};
    if (d->whole_count == 0)
        return true;
    buf_printf(&ids, "{%s}", buf_str(&d->whole));
    buf_reset(&d->whole);
    d->whole_count = 0;
    return db_do(d->run->work->db, &sql_deposit_confirmed, err, V_TEXT(buf_str(&ids)));
}

/* WeChat has all of it. Written down some at a time: until then it would only be asked for again. */
static bool part_whole(struct deposit *d, struct part *p, struct err *err) {
    d->confirmed += cJSON_GetArraySize(p->codes);
    buf_printf(&d->whole, "%s%" PRId64, d->whole_count++ > 0 ? "," : "", p->id);
    part_free(p);
    return d->whole_count < CONFIRM_AT_ONCE || write_whole(d, err);
}

/* These codes are not used any more; *left says whether the part has others. Takes `codes`. */
static bool put_aside(struct deposit *d, const struct part *p, cJSON *codes, const char *trouble, struct err *err) {
    char *text = list_text(codes), note[120];
    int count = cJSON_GetArraySize(codes);
    bool good =
        count == 0 || db_do(d->run->work->db, &sql_deposit_trouble, err, V_INT(p->id), V_TEXT(text), V_TEXT(trouble));
    snprintf(note, sizeof note, "%d codes of part %" PRId64 " are put aside: %s", count, p->id, trouble);
    if (count > 0)
        job_note(d->run->work->db, &d->run->job, "warn", note);
    cJSON_free(text);
    cJSON_Delete(codes);
    return good;
}

static bool send_again(struct deposit *d, struct part *p, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(d->run->work->db, &sql_deposit_again, &rows, err, V_INT(p->id)))
        return false;
    p->sends = (int)db_int(&rows, 0, "sends");
    push(d, SEND, p);
    return true;
}

/* p->codes are those that WeChat does not show. */
static bool part_lacks(struct deposit *d, struct part *p, struct err *err) {
    char *text = list_text(p->codes);
    bool try = !p->last_try;
    bool good = db_do(d->run->work->db, &sql_deposit_missing, err, V_INT(p->id), V_TEXT(text));
    cJSON_free(text);
    p->last_try = true;
    if (good && try)
        good = send_again(d, p, err);
    else if (good && p->sends >= SENDS_MAX)
        good = put_aside(d, p, cJSON_Duplicate(p->codes, true), "rejected", err);
    if (!good || !try)
        part_free(p);
    return good;
}

/* --- answers --- */

/* A code that WeChat had before we ever sent it came from somewhere else. When we may have sent it, it is ours. */
static bool sent(struct deposit *d, struct part *p, const struct wx_reply *reply, struct err *err) {
    bool good = true;
    FAULT("deposit_sent");
    if (p->sends == 1)
        good =
            put_aside(d, p, take_codes(p->codes, json_array(reply->json, "duplicate_code"), true), "conflict", err);
    if (good && p->codes->child != NULL)
        push(d, CHECK, p);
    else
        part_free(p);
    return good;
}

static bool checked(struct deposit *d, struct part *p, const struct wx_reply *reply, struct err *err) {
    cJSON *missing = take_codes(p->codes, json_array(reply->json, "exist_code"), false);
    FAULT("deposit_checked");
    if (missing->child == NULL) {
        cJSON_Delete(missing);
        return part_whole(d, p, err);
    }
    d->confirmed += cJSON_GetArraySize(p->codes);
    cJSON_Delete(p->codes);
    p->codes = missing;
    return part_lacks(d, p, err);
}

/* A code that WeChat does not take spoils its whole part: halved until it is alone. */
static bool halve(struct deposit *d, struct part *p, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    int count = cJSON_GetArraySize(p->codes);
    if (count == 1) {
        bool good = put_aside(d, p, cJSON_Duplicate(p->codes, true), "rejected", err);
        part_free(p);
        return good;
    }
    if (!db_query(d->run->work->db, &sql_deposit_split, &rows, err, V_INT(p->id))) {
        part_free(p);
        return false;
    }
    for (int i = count - 1; i >= count / 2; i--)
        cJSON_DeleteItemFromArray(p->codes, i);
    struct part *half = part_new(&rows, 0);
    return send_again(d, p, err) && send_again(d, half, err);
}

static bool is_about_a_code(const struct wx_reply *reply) {
    return reply->errcode == 40116 || reply->errcode == 40110 || reply->errcode == 40111;
}

/* People see why a call was not carried out. */
static void keep_words(struct deposit *d, const struct part *p, const struct wx_reply *reply, const struct err *why) {
    db_do(d->run->work->db, &sql_deposit_failed, NULL, V_INT(p->id), reply->errcode ? V_INT(reply->errcode) : V_NULL,
          V_TEXT(reply->errmsg[0] != '\0' ? reply->errmsg : why->text));
}

static void answered(struct deposit *d, int lane, bool good, struct wx_reply *reply, struct err *err) {
    enum call call = lane < DEPOSIT_LANES ? SEND : CHECK;
    struct part *p = d->lane[lane];
    d->lane[lane] = NULL;
    if (!good && wx_many_worth_repeating(reply)) {
        p->sends += call == SEND;
        good = wx_call(d->wx, endpoints[call], &p->body, reply, err);
    }
    if (!good)
        keep_words(d, p, reply, err);
    if (good)
        good = call == SEND ? sent(d, p, reply, err) : checked(d, p, reply, err);
    else if (call == SEND && is_about_a_code(reply))
        good = halve(d, p, err);
    else
        part_free(p);
    if (!good)
        give_up(d, err);
}

/* --- the flow --- */

/* Parts of an earlier run: WeChat is asked before anything is sent again. */
static bool load_open(struct deposit *d, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(d->run->work->db, &sql_deposit_open, &rows, err, V_INT(d->run->job.template_id),
                  V_INT(d->open_after), V_INT(PARTS_AT_ONCE)))
        return false;
    for (int i = 0; i < rows.count; i++) {
        struct part *p = part_new(&rows, i);
        d->open_after = p->id;
        push(d, CHECK, p);
    }
    d->open_left = rows.count == PARTS_AT_ONCE;
    return true;
}

static bool record_new(struct deposit *d, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(d->run->work->db, &sql_deposit_record, &rows, err, V_INT(d->run->job.template_id),
                  V_TEXT(d->code_after), V_INT(PARTS_AT_ONCE)))
        return false;
    for (int i = 0; i < rows.count; i++) {
        push(d, SEND, part_new(&rows, i));
        text_copy(d->code_after, sizeof d->code_after, db_text(&rows, i, "last"));
    }
    d->codes_left = rows.count == PARTS_AT_ONCE;
    FAULT("deposit_recorded");
    return true;
}

static bool supply(struct deposit *d, struct err *err) {
    while (d->waiting < DEPOSIT_LANES && (d->open_left || d->codes_left))
        if (!(d->open_left ? load_open(d, err) : record_new(d, err)))
            return false;
    return true;
}

static bool start(struct deposit *d, int lane, struct part *p, struct err *err) {
    AUTO_JSON cJSON *body = json_new();
    json_add_text(body, "card_id", d->card_id);
    json_add(body, "code", cJSON_Duplicate(p->codes, true));
    buf_reset(&p->body);
    json_print(&p->body, body);
    d->lane[lane] = p;
    if (wx_many_send(d->many, lane, endpoints[lane / DEPOSIT_LANES], &p->body, err))
        return true;
    d->lane[lane] = NULL;
    part_free(p);
    return false;
}

static bool start_all(struct deposit *d, struct err *err) {
    for (int lane = 0; lane < CALLS * DEPOSIT_LANES; lane++) {
        struct part *p = d->lane[lane] == NULL ? pop(d, (enum call)(lane / DEPOSIT_LANES)) : NULL;
        if (p != NULL && !start(d, lane, p, err))
            return false;
    }
    return true;
}

/* Keeps the lease, and the bar moving. */
static bool tell(struct deposit *d, struct err *err) {
    if (clock_seconds() - d->told < TELL_EVERY_S)
        return true;
    d->told = clock_seconds();
    return job_progress(d->run->work->db, &d->run->job, d->confirmed, d->total, err);
}

/* Parts are read and written down while calls are on their way, so that the next ones leave as soon as a lane is
 * free. */
static bool go_on(struct deposit *d, struct err *err) {
    return start_all(d, err) && supply(d, err) && start_all(d, err) && tell(d, err);
}

static void flow(struct deposit *d, struct err *err) {
    int lane = 0;
    while (lane >= 0) {
        AUTO_WX_REPLY struct wx_reply reply = {0};
        if (!d->failed && !app_stopping() && !go_on(d, err))
            give_up(d, err);
        bool good = wx_many_next(d->many, &lane, &reply, err);
        if (lane >= 0)
            answered(d, lane, good, &reply, err);
    }
    if (!write_whole(d, err))
        give_up(d, err);
}

bool deposit_codes(struct run *run, struct wx *wx, const char *card_id, int64_t confirmed, int64_t total,
                   struct err *err) {
    struct deposit *d = mem_new(sizeof *d);
    *d = (struct deposit){.run = run,
                          .wx = wx,
                          .many = wx_many_new(wx, CALLS * DEPOSIT_LANES),
                          .card_id = card_id,
                          .open_left = true,
                          .codes_left = true,
                          .confirmed = confirmed,
                          .total = total};
    for (int call = 0; call < CALLS; call++)
        d->queue[call].end = &d->queue[call].first;
    flow(d, err);
    bool good = !d->failed;
    if (d->failed)
        *err = d->why;
    else if (app_stopping())
        good = fail(err, ERR_STOPPED, "stopped; %" PRId64 " of %" PRId64 " codes are deposited", d->confirmed, total);
    for (int call = 0; call < CALLS; call++)
        for (struct part *p; (p = pop(d, (enum call)call)) != NULL;)
            part_free(p);
    buf_wipe(&d->whole);
    wx_many_free(d->many);
    free(d);
    return good;
}
