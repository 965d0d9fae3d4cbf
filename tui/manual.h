/* manual.h - the tables as a manual page and as completion, so that neither can differ from the program. */
#ifndef KAQUAN_MANUAL_H
#define KAQUAN_MANUAL_H

/* Copies standard input to standard output; a line @options@, @screens@ or @keys@ becomes that table, for scdoc. Both
 * return the program's exit code. */
int manual_fill(void);
int completion_print(void);

#endif
