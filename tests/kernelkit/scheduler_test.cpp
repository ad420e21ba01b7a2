// SPDX-License-Identifier: MIT
#include "kernelkit/scheduler.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

using namespace ringside::kernelkit;

namespace {

/// A processor on which `a` runs; the guest switches when switch_now() is called.
struct Processor {
    Processor() {
        for (Schedulable* const thread : {&a, &b, &c}) {
            thread->priority = 8;
            thread->quantum = 6;
        }
        scheduler.start(a, idle);
    }
    Schedulable& switch_now() {
        if (Schedulable* const next = scheduler.next()) {
            scheduler.switched_to(*next);
        }
        return scheduler.running();
    }
    Schedulable idle;
    Schedulable a;
    Schedulable b;
    Schedulable c;
    Scheduler scheduler;
};

}  // namespace

TEST_CASE("scheduler: a thread of the same priority waits for its turn", "[kernelkit]") {
    Processor cpu;
    cpu.scheduler.make_ready(cpu.b);
    CHECK(cpu.scheduler.next() == nullptr);
    CHECK(cpu.b.state == ThreadState::ready);
    cpu.scheduler.block();
    CHECK(cpu.a.state == ThreadState::waiting);
    CHECK(cpu.b.state == ThreadState::standby);
    CHECK(&cpu.switch_now() == &cpu.b);
    CHECK(cpu.b.state == ThreadState::running);
}

TEST_CASE("scheduler: a higher priority takes the processor, and gives it back", "[kernelkit]") {
    Processor cpu;
    cpu.scheduler.make_ready(cpu.c);
    cpu.b.priority = 9;
    cpu.scheduler.make_ready(cpu.b);
    CHECK(cpu.scheduler.next() == &cpu.b);
    CHECK(&cpu.switch_now() == &cpu.b);
    CHECK(cpu.a.state == ThreadState::ready);
    // a lost the processor before its quantum was over: it goes on before c.
    cpu.scheduler.block();
    CHECK(&cpu.switch_now() == &cpu.a);
}

TEST_CASE("scheduler: a still higher priority takes the place of who was to be next",
          "[kernelkit]") {
    Processor cpu;
    cpu.b.priority = 9;
    cpu.c.priority = 10;
    cpu.scheduler.make_ready(cpu.b);
    cpu.scheduler.make_ready(cpu.c);
    CHECK(&cpu.switch_now() == &cpu.c);
    cpu.scheduler.block();
    CHECK(&cpu.switch_now() == &cpu.b);
    cpu.scheduler.block();
    CHECK(&cpu.switch_now() == &cpu.a);
}

TEST_CASE("scheduler: with nobody ready the idle thread runs", "[kernelkit]") {
    Processor cpu;
    cpu.scheduler.block();
    CHECK(&cpu.switch_now() == &cpu.idle);
    CHECK(cpu.scheduler.is_idle());
    cpu.scheduler.make_ready(cpu.a);
    CHECK(&cpu.switch_now() == &cpu.a);
    CHECK(cpu.idle.state == ThreadState::ready);
}

TEST_CASE("scheduler: a wait that ends before the switch is no switch", "[kernelkit]") {
    Processor cpu;
    cpu.scheduler.block();
    CHECK(cpu.scheduler.next() == &cpu.idle);
    cpu.scheduler.make_ready(cpu.a);
    CHECK(cpu.scheduler.next() == nullptr);
    CHECK(cpu.a.state == ThreadState::running);

    // Unless somebody else of its priority came first.
    cpu.scheduler.block();
    cpu.scheduler.make_ready(cpu.b);
    cpu.scheduler.make_ready(cpu.a);
    CHECK(&cpu.switch_now() == &cpu.b);
    cpu.scheduler.block();
    CHECK(&cpu.switch_now() == &cpu.a);
}

TEST_CASE("scheduler: quanta of equal threads follow each other", "[kernelkit]") {
    Processor cpu;
    cpu.scheduler.make_ready(cpu.b);
    cpu.scheduler.make_ready(cpu.c);
    cpu.scheduler.tick(3, 6);
    CHECK(cpu.scheduler.next() == nullptr);
    cpu.scheduler.tick(3, 6);
    CHECK(&cpu.switch_now() == &cpu.b);
    CHECK(cpu.a.quantum == 6);
    cpu.scheduler.tick(6, 6);
    CHECK(&cpu.switch_now() == &cpu.c);
    cpu.scheduler.tick(6, 6);
    CHECK(&cpu.switch_now() == &cpu.a);
}

TEST_CASE("scheduler: a quantum ends without a switch when no equal is ready", "[kernelkit]") {
    Processor cpu;
    cpu.b.priority = 7;
    cpu.scheduler.make_ready(cpu.b);
    cpu.scheduler.tick(6, 6);
    CHECK(cpu.scheduler.next() == nullptr);
    CHECK(cpu.a.quantum == 6);
}

TEST_CASE("scheduler: yield lets anybody run once", "[kernelkit]") {
    Processor cpu;
    CHECK_FALSE(cpu.scheduler.yield());
    cpu.b.priority = 7;
    cpu.scheduler.make_ready(cpu.b);
    CHECK(cpu.scheduler.yield());
    CHECK(&cpu.switch_now() == &cpu.b);
    // a is ready and has the higher priority: the next tick gives the processor back.
    cpu.scheduler.tick(3, 6);
    CHECK(&cpu.switch_now() == &cpu.a);
}

TEST_CASE("scheduler: priorities change for running, ready and standing-by threads",
          "[kernelkit]") {
    Processor cpu;
    cpu.scheduler.make_ready(cpu.b);
    cpu.scheduler.set_priority(cpu.b, 9);
    CHECK(cpu.scheduler.next() == &cpu.b);
    cpu.scheduler.make_ready(cpu.c);
    cpu.scheduler.set_priority(cpu.b, 3);
    CHECK(cpu.scheduler.next() == nullptr);  // The running thread is as good as the others.
    cpu.scheduler.set_priority(cpu.a, 2);
    CHECK(&cpu.switch_now() == &cpu.c);
    cpu.scheduler.block();
    CHECK(&cpu.switch_now() == &cpu.b);
    cpu.scheduler.block();
    CHECK(&cpu.switch_now() == &cpu.a);
}

TEST_CASE("scheduler: a thread that ended never runs again", "[kernelkit]") {
    Processor cpu;
    cpu.scheduler.make_ready(cpu.b);
    cpu.scheduler.make_ready(cpu.c);
    cpu.scheduler.retire(cpu.b);
    CHECK(cpu.b.state == ThreadState::terminated);
    cpu.scheduler.retire(cpu.a);
    CHECK(&cpu.switch_now() == &cpu.c);
    CHECK(cpu.a.state == ThreadState::terminated);
    cpu.scheduler.retire(cpu.c);
    CHECK(&cpu.switch_now() == &cpu.idle);
}

TEST_CASE("scheduler: who was to be next can end before the switch", "[kernelkit]") {
    Processor cpu;
    cpu.scheduler.block();
    cpu.scheduler.make_ready(cpu.b);
    cpu.scheduler.retire(cpu.b);
    CHECK(cpu.scheduler.next() == &cpu.idle);
    cpu.scheduler.make_ready(cpu.a);
    CHECK(cpu.scheduler.next() == nullptr);
    CHECK(cpu.a.state == ThreadState::running);
}

TEST_CASE("scheduler: a guest that switches on its own is followed", "[kernelkit]") {
    Processor cpu;
    cpu.scheduler.make_ready(cpu.b);
    cpu.scheduler.make_ready(cpu.c);
    cpu.scheduler.switched_to(cpu.c);
    CHECK(cpu.c.state == ThreadState::running);
    CHECK(cpu.a.state == ThreadState::ready);
    cpu.scheduler.block();
    CHECK(&cpu.switch_now() == &cpu.a);
    cpu.scheduler.block();
    CHECK(&cpu.switch_now() == &cpu.b);
}

TEST_CASE("scheduler: tells whose state changed", "[kernelkit]") {
    Processor cpu;
    CHECK(cpu.scheduler.take_changed().size() == 2);
    CHECK_FALSE(cpu.scheduler.has_changed());
    cpu.scheduler.make_ready(cpu.b);
    const auto changed = cpu.scheduler.take_changed();
    CHECK(std::count(changed.begin(), changed.end(), &cpu.b) == 1);
}

TEST_CASE("scheduler: what cannot have come about is told from what can", "[kernelkit]") {
    Processor cpu;
    cpu.scheduler.make_ready(cpu.b);
    const std::set<const Schedulable*> all{&cpu.idle, &cpu.a, &cpu.b, &cpu.c};
    CHECK(cpu.scheduler.is_possible(all));

    // Whoever stands in a queue or runs must be one of those that live on.
    CHECK_FALSE(cpu.scheduler.is_possible({&cpu.idle, &cpu.a, &cpu.c}));
    CHECK_FALSE(cpu.scheduler.is_possible({&cpu.idle, &cpu.b, &cpu.c}));
    CHECK_FALSE(cpu.scheduler.is_possible({&cpu.a, &cpu.b, &cpu.c}));

    // It is ready, and in the queue where it is looked for when it ends.
    cpu.b.state = ThreadState::terminated;
    CHECK_FALSE(cpu.scheduler.is_possible(all));
    cpu.b.state = ThreadState::ready;
    cpu.b.priority = 9;
    CHECK_FALSE(cpu.scheduler.is_possible(all));
    cpu.b.priority = 8;
    CHECK(cpu.scheduler.is_possible(all));

    cpu.c.priority = 12;
    cpu.scheduler.make_ready(cpu.c);
    REQUIRE(cpu.scheduler.next() == &cpu.c);
    CHECK(cpu.scheduler.is_possible(all));
    cpu.c.state = ThreadState::waiting;
    CHECK_FALSE(cpu.scheduler.is_possible(all));
    cpu.c.state = ThreadState::standby;

    cpu.scheduler.make_ready(cpu.b);  // a second time
    CHECK_FALSE(cpu.scheduler.is_possible(all));
}
