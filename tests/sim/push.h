/* push.h - the thread that ends reviews on time and posts events to callback URLs (reference, sections 18 and 19). */
#ifndef SIM_PUSH_H
#define SIM_PUSH_H

/* Runs until the world ends; the argument is the struct world. */
void *push_thread(void *world);

#endif
