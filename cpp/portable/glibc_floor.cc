// What a newer toolchain binds to versions of symbols that glibc 2.28 and its libstdc++ do not
// have. The definitions here are hidden: the linker takes them for all of the addon's own code, and
// each passes on to the version that has been there from the start. Linked into prebuilt binaries
// only.
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>

#if defined(__x86_64__)
#define FIRST_GLIBC "GLIBC_2.2.5"
#define INFO_GLIBC "GLIBC_2.3.3"
#define NAME_GLIBC "GLIBC_2.12"
#define CONDITION_GLIBC "GLIBC_2.3.2"
#elif defined(__aarch64__)
#define FIRST_GLIBC "GLIBC_2.17"
#define INFO_GLIBC "GLIBC_2.17"
#define NAME_GLIBC "GLIBC_2.17"
#define CONDITION_GLIBC "GLIBC_2.17"
#else
#error "the floor of this architecture is not known"
#endif

#define HIDDEN __attribute__((visibility("hidden")))

// Defines NAME, which passes its arguments on to NAME@VERSION. By assembler labels: the headers'
// own declarations would forbid it.
#define PASS_ON(result, name, version, parameters, arguments)        \
  extern "C" result first_##name parameters __asm__("first_" #name); \
  __asm__(".symver first_" #name ", " #name "@" version);            \
  extern "C" HIDDEN result own_##name parameters __asm__(#name);     \
  extern "C" result own_##name parameters { return first_##name arguments; }

PASS_ON(void*, dlopen, FIRST_GLIBC, (const char* file, int mode), (file, mode))
PASS_ON(void*, dlsym, FIRST_GLIBC, (void* handle, const char* name), (handle, name))
PASS_ON(char*, dlerror, FIRST_GLIBC, (), ())
PASS_ON(int, dlclose, FIRST_GLIBC, (void* handle), (handle))
PASS_ON(int, dladdr, FIRST_GLIBC, (const void* address, Dl_info* info), (address, info))
PASS_ON(int, dlinfo, INFO_GLIBC, (void* handle, int what, void* info), (handle, what, info))
PASS_ON(int, pthread_create, FIRST_GLIBC,
        (pthread_t * thread, const pthread_attr_t* how, void* (*run)(void*), void* argument),
        (thread, how, run, argument))
PASS_ON(int, pthread_join, FIRST_GLIBC, (pthread_t thread, void** result), (thread, result))
PASS_ON(int, pthread_detach, FIRST_GLIBC, (pthread_t thread), (thread))
PASS_ON(int, pthread_once, FIRST_GLIBC, (pthread_once_t * once, void (*run)()), (once, run))
PASS_ON(int, pthread_sigmask, FIRST_GLIBC, (int how, const sigset_t* set, sigset_t* old),
        (how, set, old))
PASS_ON(int, pthread_attr_setstacksize, FIRST_GLIBC, (pthread_attr_t * how, std::size_t size),
        (how, size))
PASS_ON(int, pthread_getname_np, NAME_GLIBC, (pthread_t thread, char* name, std::size_t size),
        (thread, name, size))
PASS_ON(int, pthread_setname_np, NAME_GLIBC, (pthread_t thread, const char* name), (thread, name))
PASS_ON(int, pthread_rwlock_rdlock, FIRST_GLIBC, (pthread_rwlock_t * lock), (lock))
PASS_ON(int, pthread_rwlock_wrlock, FIRST_GLIBC, (pthread_rwlock_t * lock), (lock))
PASS_ON(int, pthread_rwlock_unlock, FIRST_GLIBC, (pthread_rwlock_t * lock), (lock))
PASS_ON(double, pow, FIRST_GLIBC, (double base, double exponent), (base, exponent))

// std::condition_variable::wait, which became noexcept in libstdc++ 12.
#define WAIT "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE"
extern "C" void first_wait(void* condition, void* lock) __asm__("first_wait");
__asm__(".symver first_wait, " WAIT "@GLIBCXX_3.4.11");
extern "C" HIDDEN void own_wait(void* condition, void* lock) __asm__(WAIT);
extern "C" void own_wait(void* condition, void* lock) { first_wait(condition, lock); }

// std::stringbuf::str() of values and of temporaries, apart since libstdc++ 11. Both copy.
#define STR(qualifiers) \
  "_ZN" qualifiers "St7__cxx1115basic_stringbufIcSt11char_traitsIcESaIcEE3strEv"
extern "C" std::string first_str(const void* buffer) __asm__("first_str");
__asm__(".symver first_str, " STR("K") "@GLIBCXX_3.4.21");
extern "C" HIDDEN std::string own_str(const void* buffer) __asm__(STR("KR"));
extern "C" std::string own_str(const void* buffer) { return first_str(buffer); }
extern "C" HIDDEN std::string own_moved_str(const void* buffer) __asm__(STR("O"));
extern "C" std::string own_moved_str(const void* buffer) { return first_str(buffer); }

extern "C" {

int first_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                    const timespec* until) __asm__("first_timedwait");
__asm__(".symver first_timedwait, pthread_cond_timedwait@" CONDITION_GLIBC);

// Of glibc 2.30. Without it the time left goes by the wall clock; callers ask their own clock
// afterwards.
HIDDEN int own_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                         const timespec* until) __asm__("pthread_cond_clockwait");
int own_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                  const timespec* until) {
  using Wait = int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
  static const auto wait =
      reinterpret_cast<Wait>(first_dlsym(RTLD_DEFAULT, "pthread_cond_clockwait"));
  if (wait != nullptr) return wait(condition, mutex, clock, until);
  constexpr long kSecond = 1'000'000'000;
  timespec now = {};
  timespec wall = {};
  clock_gettime(clock, &now);
  clock_gettime(CLOCK_REALTIME, &wall);
  wall.tv_sec += until->tv_sec - now.tv_sec;
  wall.tv_nsec += until->tv_nsec - now.tv_nsec;
  for (; wall.tv_nsec < 0; wall.tv_nsec += kSecond) --wall.tv_sec;
  for (; wall.tv_nsec >= kSecond; wall.tv_nsec -= kSecond) ++wall.tv_sec;
  if (wall.tv_sec < 0) return ETIMEDOUT;
  return first_timedwait(condition, mutex, &wall);
}

// A function of glibc 2.33; inlined into callers before.
HIDDEN int own_fstat(int file, struct stat* status) __asm__("fstat");
int own_fstat(int file, struct stat* status) {
  return static_cast<int>(syscall(SYS_fstat, file, status));
}

// Of glibc 2.32: libstdc++ counts references without atomics where it is true. Node has threads.
HIDDEN char __libc_single_threaded = 0;

}  // extern "C"
