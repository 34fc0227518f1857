/* sched.h has it for programs that ask for GNU's extensions, and Swift's view of that file does not. */
int sched_getcpu(void);
