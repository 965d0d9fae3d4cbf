/* fault.h - named points at which a test may kill or stop the program: before and after each outside effect. Built
 * for the tests alone; elsewhere FAULT() is nothing. KAQUAN_FAULT=NAME[:NTH[:kill|stop]] */
#ifndef KAQUAN_FAULT_H
#define KAQUAN_FAULT_H

#ifdef KAQUAN_FAULT_POINTS
void fault_point(const char *name);
#define FAULT(name) fault_point(name)
#else
#define FAULT(name) ((void)0)
#endif

#endif
