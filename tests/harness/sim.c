#include "harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

enum { ARGUMENTS = 32, START_SECONDS = 10, STOP_SECONDS = 10 };

static pid_t sim;
static char base[64];
static char port_file[] = "/tmp/kaquan-sim-port.XXXXXX";

const char *test_sim_base(void) {
    if (sim == 0)
        test_fail("the simulated WeChat was not started");
    return base;
}

/* The file is complete once its line has an end. */
static bool port_is_known(void *context) {
    char line[32] = "";
    int *port = context;
    FILE *file = fopen(port_file, "re");

    if (!file)
        return false;
    if (!fgets(line, sizeof(line), file))
        line[0] = '\0';
    fclose(file);
    *port = strchr(line, '\n') ? (int)strtol(line, NULL, 10) : 0;
    return *port > 0;
}

void test_sim_run(const char *const *arguments) {
    const char *all[ARGUMENTS + 3] = {"--port-file", port_file};
    int port = 0;
    int fd;

    if (sim != 0)
        test_fail("the simulated WeChat runs already");
    memcpy(port_file + strlen(port_file) - 6, "XXXXXX", 6);
    fd = mkstemp(port_file);
    if (fd < 0)
        test_fail("no file for the port");
    close(fd);
    unlink(port_file); /* the name is all we need */
    for (size_t i = 0; i < ARGUMENTS && arguments[i]; i++)
        all[i + 2] = arguments[i];
    sim = test_start(&(struct test_run){0}, test_path("KAQUAN_SIM"), all);
    test_wait_until(port_is_known, &port, START_SECONDS);
    unlink(port_file);
    snprintf(base, sizeof(base), "http://127.0.0.1:%d", port);
}

void test_sim_stop(void) {
    pid_t pid = sim;

    if (pid == 0)
        return;
    sim = 0;
    test_end(pid, SIGTERM, STOP_SECONDS);
}

static size_t take_body(char *data, size_t size, size_t count, void *context) {
    buf_add(context, data, size * count);
    return size * count;
}

static cJSON *call(const char *path, const char *json) {
    AUTO_BUF struct buf body = {0};
    char url[512];
    long status = 0;
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    CURLcode code;
    cJSON *answer;

    snprintf(url, sizeof(url), "%s%s", test_sim_base(), path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    if (json) {
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json);
    }
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    answer = cJSON_ParseWithLength(buf_str(&body), body.len);
    if (code != CURLE_OK || status / 100 != 2 || !answer)
        test_fail("%s: %s, status %ld, %.200s", path, curl_easy_strerror(code), status, buf_str(&body));
    return answer;
}

cJSON *sim_post(const char *path, const char *json) {
    return call(path, json ? json : "{}");
}

cJSON *sim_get(const char *path) {
    return call(path, NULL);
}
