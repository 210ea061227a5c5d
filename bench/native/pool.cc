// pool MODEL SHAPE THREADS INTRA_OP_THREADS IN_FLIGHT: a fixed number of calls in flight on a pool
// of threads.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "lines.h"
#include "model.h"

namespace {

class Pool {
 public:
  Pool(torch::jit::Module module, int threads) : module_(std::move(module)) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
  }
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  /// Keeps `in_flight` calls going until `calls` have finished.
  void Run(const at::Tensor& input, std::int64_t calls, std::int64_t in_flight) {
    std::unique_lock lock(mutex_);
    std::int64_t submitted = 0;
    for (std::int64_t received = 0; received < calls;) {
      for (; submitted < calls && submitted - received < in_flight; ++submitted) {
        inputs_.push_back(input);
        wake_.notify_one();
      }
      finished_.wait(lock, [this] { return !outputs_.empty(); });
      received += static_cast<std::int64_t>(outputs_.size());
      outputs_.clear();
    }
  }

 private:
  void Work() {
    torch::jit::setGraphExecutorOptimize(false);
    const c10::InferenceMode inference;
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return closed_ || !inputs_.empty(); });
      if (inputs_.empty()) return;
      at::Tensor input = std::move(inputs_.front());
      inputs_.pop_front();
      lock.unlock();
      at::Tensor output = module_.forward({std::move(input)}).toTensor();
      lock.lock();
      outputs_.push_back(std::move(output));
      finished_.notify_one();
    }
  }

  torch::jit::Module module_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable finished_;
  std::deque<at::Tensor> inputs_;
  std::vector<at::Tensor> outputs_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) return 2;
  at::set_num_threads(std::atoi(arguments[4]));
  Pool pool(bench::Load(arguments[1]), std::atoi(arguments[3]));
  const at::Tensor input = bench::Ones(arguments[2]);
  const int in_flight = std::atoi(arguments[5]);
  return bench::AnswerLines([&](std::int64_t calls) { pool.Run(input, calls, in_flight); });
}
