/* act.h - what a person does: asked for once more, then done by kaquan-worker, whose command is shown. */
#ifndef KAQUAN_ACT_H
#define KAQUAN_ACT_H

#include "screens.h"
#include "words.h"

struct console;

/* Does `act` for the row under the cursor or the marked ones: at once, or after its form. */
void act_begin(struct console *console, const struct act *act);
/* Why it cannot be done now, translated, or NULL. */
const char *act_hindrance(const struct console *console, const struct act *act);
/* The menu of all that can be done here. */
void act_menu(struct console *console);

/* Runs a command of kaquan-worker beside the loop; `input` (or NULL) goes to its standard input and is wiped. What it
 * says is shown when it ends. False while another one runs. */
bool act_run(struct console *console, const struct arguments *arguments, const char *input, const char *title);
/* For the loop: the descriptor to wait for (-1: none), and what came from it. */
int act_fd(const struct console *console);
void act_step(struct console *console);
/* Ends what runs. */
void act_stop(struct console *console);

/* {names} of the row under the cursor, the marks and the subject. */
void act_words(const struct view *view, struct words *words);

#endif
