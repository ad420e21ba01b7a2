// SPDX-License-Identifier: MIT
// Computations in floating point, each reduced to a sum over the bits of all its results. The same
// machine code runs natively and on Ringside; built once for the x87 and once for SSE2.

typedef unsigned u32;
typedef float float4 __attribute__((vector_size(16)));
typedef double double2 __attribute__((vector_size(16)));

static u32 sum;

static void mix(u32 bits) {
    sum = (sum ^ bits) * 16777619U;
    sum ^= sum >> 15;
}

static void mix_float(float value) {
    union {
        float value;
        u32 bits;
    } u = {value};
    mix(u.bits);
}

static void mix_double(double value) {
    union {
        double value;
        u32 bits[2];
    } u = {value};
    mix(u.bits[0]);
    mix(u.bits[1]);
}

static u32 state = 1;
static u32 chance(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}
/// 0 to 1, in steps of 2^-32.
static double fraction(void) {
    return chance() / 4294967296.0;
}

// Planets: products, quotients, roots.
static void attract(void) {
    enum { bodies = 6 };
    static double at[bodies][3], speed[bodies][3], mass[bodies];
    for (int i = 0; i < bodies; ++i) {
        mass[i] = fraction() + 0.1;
        for (int k = 0; k < 3; ++k) {
            at[i][k] = 10 * fraction() - 5;
            speed[i][k] = fraction() - 0.5;
        }
    }
    for (int step = 0; step < 400; ++step) {
        for (int i = 0; i < bodies; ++i) {
            for (int j = 0; j < i; ++j) {
                double d[3], square = 0.01;
                for (int k = 0; k < 3; ++k) {
                    d[k] = at[i][k] - at[j][k];
                    square += d[k] * d[k];
                }
                const double pull = 0.01 / (square * __builtin_sqrt(square));
                for (int k = 0; k < 3; ++k) {
                    speed[i][k] -= d[k] * mass[j] * pull;
                    speed[j][k] += d[k] * mass[i] * pull;
                }
            }
        }
        for (int i = 0; i < bodies; ++i) {
            for (int k = 0; k < 3; ++k) {
                at[i][k] += 0.01 * speed[i][k];
                mix_double(at[i][k]);
            }
        }
    }
}

// Elimination with pivots: comparisons, and loops that compilers make packed.
static void eliminate(void) {
    enum { size = 24 };
    static double m[size][size + 1];
    for (int round = 0; round < 8; ++round) {
        for (int i = 0; i < size; ++i) {
            for (int j = 0; j <= size; ++j) {
                m[i][j] = fraction() - 0.5;
            }
        }
        for (int c = 0; c < size; ++c) {
            int pivot = c;
            for (int i = c + 1; i < size; ++i) {
                if (__builtin_fabs(m[i][c]) > __builtin_fabs(m[pivot][c])) {
                    pivot = i;
                }
            }
            for (int j = 0; j <= size; ++j) {
                const double other = m[c][j];
                m[c][j] = m[pivot][j];
                m[pivot][j] = other;
            }
            for (int i = 0; i < size; ++i) {
                const double factor = m[i][c] / m[c][c];
                for (int j = 0; i != c && j <= size; ++j) {
                    m[i][j] -= factor * m[c][j];
                }
            }
        }
        for (int i = 0; i < size; ++i) {
            mix_double(m[i][size] / m[i][i]);
        }
    }
}

// Singles until they escape.
static void escape(void) {
    for (int y = 0; y < 48; ++y) {
        for (int x = 0; x < 64; ++x) {
            const float a = (float)x / 21.0F - 2.2F, b = (float)y / 20.0F - 1.2F;
            float u = a, v = b;
            int steps = 0;
            while (u * u + v * v < 16.0F && steps < 60) {
                const float next = u * u - v * v + a;
                v = 2 * u * v + b;
                u = next;
                ++steps;
            }
            mix((u32)steps);
            mix_float(u);
            mix_float(v);
        }
    }
}

// Between integers, singles and doubles.
static void convert(void) {
    for (int i = 0; i < 20000; ++i) {
        const int whole = (int)chance();
        const int narrow = whole >> (chance() & 31);
        const double d = narrow * fraction();
        const float f = (float)d;
        mix_float(f);
        mix_float((float)narrow);
        mix_double((double)f * whole);
        mix((u32)(int)d);
        mix((u32)(int)(f * 0.5F));
        mix((u32)(long long)(d * 65536.0));
        mix_double((double)chance());
    }
}

// Down through the denormals and up again.
static void vanish(void) {
    for (int i = 0; i < 300; ++i) {
        volatile double d = fraction() + 0.5;
        volatile float f = (float)d;
        for (int k = 0; k < 40; ++k) {
            d = d * 1.1e-9 * fraction();
            f = f * 0.04F * (float)fraction();
            mix_double(d);
            mix_float(f);
            mix_float((float)d);
        }
        volatile double large = fraction();
        for (int k = 0; k < 40; ++k) {
            large = large * 3.3e8;
            mix_float((float)large);
            mix_double(large * large);
        }
        mix_double(large - large);
        mix_double((large * 1e300) * 1e300 - large);
    }
}

// Every rounding mode, by the unit that computes.
static void set_rounding(u32 mode) {
#ifdef __SSE2__
    const u32 mxcsr = 0x1F80 | mode << 13;
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
#endif
    const unsigned short control = (unsigned short)(0x037F | mode << 10);
    __asm__ volatile("fldcw %0" : : "m"(control));
}

static void round_all_ways(void) {
    for (u32 mode = 0; mode < 4; ++mode) {
        set_rounding(mode);
        double d = 1, e = 0;
        float f = 1;
        for (int i = 1; i < 4000; ++i) {
            const volatile double divisor = i;
            d += 1 / divisor;
            e -= __builtin_sqrt(divisor) / 3;
            f = f * 1.0001F + (float)(1 / divisor);
            mix_double(d);
            mix_double(e);
            mix_float(f);
        }
    }
    set_rounding(0);
}

// Four and two at a time.
static void in_parallel(void) {
    float4 a = {1.0F, 0.5F, -3.0F, 1e-20F}, b = {0.1F, 3.0F, 7.0F, 1e10F};
    double2 c = {1.0, -2.0}, d = {1e-3, 3.0};
    for (int i = 0; i < 6000; ++i) {
        a = a * 0.75F + b / (a * a + 1.0F);
        b = (b - a) * 0.5F + 0.25F;
        c = c * 0.875 - d / (c * c + 0.5);
        d = d * 0.5 + c * 0.3;
        for (int k = 0; k < 4; ++k) {
            mix_float(a[k]);
        }
        mix_double(c[0]);
        mix_double(c[1]);
    }
}

// The x87's own format, whatever else is about.
static void extended(void) {
    volatile long double x = 1.0L, y = 0.3L;
    for (int i = 0; i < 20000; ++i) {
        x = x * 3.9L * (1.0L - y) + fraction();
        y = y / (x + 1.5L) + __builtin_sqrtl(x * x + y * y);
        x = x - (long double)(int)x;
        y = y - (long double)(long long)y;
        mix_double((double)x);
        mix_float((float)y);
    }
}

// Order, NaN and infinities.
static void compare(void) {
    static float values[64];
    for (int round = 0; round < 200; ++round) {
        for (int i = 0; i < 64; ++i) {
            union {
                u32 bits;
                float value;
            } u = {chance()};
            values[i] = i % 8 == 0 ? u.value : (float)fraction() - 0.5F;
        }
        u32 less = 0, equal = 0, unordered = 0;
        float smallest = values[1], largest = values[1];
        for (int i = 0; i < 64; ++i) {
            for (int j = 0; j < 64; ++j) {
                less += values[i] < values[j];
                equal += values[i] == values[j];
                unordered += __builtin_isunordered(values[i], values[j]);
            }
            smallest = values[i] < smallest ? values[i] : smallest;
            largest = values[i] > largest ? values[i] : largest;
        }
        mix(less);
        mix(equal);
        mix(unordered);
        mix_float(smallest);
        mix_float(largest);
    }
}

u32 compute(u32 number) {
    static void (*const computations[])(void) = {attract, eliminate,      escape,      convert, vanish,
                                                 round_all_ways, in_parallel, extended, compare};
    sum = 2166136261U;
    computations[number]();
    return sum;
}
