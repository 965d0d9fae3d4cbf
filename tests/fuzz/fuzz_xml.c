/* The reader of WeChat's XML: what it accepts is an object of sound texts under sound names, within its bounds. */
#include "fuzz.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "text.h"
#include "xml.h"

const char *const fuzz_corpus[] = {
    "<xml></xml>", "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><CreateTime>1472549042</CreateTime></xml>",
    " <xml>\n<A> <![CDATA[x ]] y]]> </A><B_2>&lt;&#20013;&amp;</B_2></xml>\n",
    "<xml><Title><![CDATA[松湖]]></Title><Empty/></xml>", NULL};

static void check(bool holds) {
    if (!holds)
        abort();
}

static void check_name(const char *name) {
    check(strlen(name) >= 1 && strlen(name) <= XML_NAME && !isdigit((unsigned char)name[0]));
    for (; *name != '\0'; name++)
        check(isalnum((unsigned char)*name) || *name == '_');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO_JSON cJSON *object = NULL;
    struct err err = {0};
    int members = 0;
    object = xml_parse((const char *)data, size, &err);
    check((object == NULL) == (err.kind == ERR_PROTOCOL));
    if (object == NULL)
        return 0;
    check(size <= XML_SIZE && utf8_valid(data, size));
    for (const cJSON *item = object->child; item != NULL; item = item->next, members++) {
        check(cJSON_IsString(item) && utf8_valid(item->valuestring, strlen(item->valuestring)));
        check(cJSON_GetObjectItemCaseSensitive(object, item->string) == item);
        check_name(item->string);
    }
    check(members <= XML_MEMBERS);
    return 0;
}
