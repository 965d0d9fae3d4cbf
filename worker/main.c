/* kaquan-worker: keeps WeChat's credentials fresh, signs cards ahead of time, does what operators queue. */
#include "app.h"
#include "command.h"

int main(int argc, char **argv) {
    app_start("kaquan-worker");
    app_signals();
    return command_main(argc, argv);
}
