// ONNX Runtime Web's two back ends behind one small interface: tensors that graphs share, a run, and
// the reading of a result.
//
// On WebGPU everything stays in GPU buffers that are made once: inputs, outputs, the cache. A frame's
// keys and values go into the cache by a copy on the GPU; only logits and pixels come back.

export const BACKENDS = { webgpu: openWebGpu, wasm: openWasm };

const ARRAYS = { float32: Float32Array, int64: BigInt64Array };
const count = (dims) => dims.reduce((a, b) => a * b, 1);

async function openWasm() {
  const ort = await import("./node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs");
  ort.env.wasm.numThreads = 1;
  return {
    adapter: null,
    version: ort.env.versions.web,
    tensor: (type, dims) => new ort.Tensor(type, new ARRAYS[type](count(dims)), dims),
    async graph(url, inputs, outputs) {
      const session = await ort.InferenceSession.create(url, {
        executionProviders: ["wasm"], graphOptimizationLevel: "all", enableCpuMemArena: true, enableMemPattern: true,
      });
      return { session, inputs, outputs: Object.keys(outputs) };
    },
    set: (tensor, data) => tensor.data.set(data),
    run: ({ session, inputs, outputs }) => session.run(inputs, outputs),
    read: async (tensor) => tensor.data,
    place(cache, frame, slot) {
      for (const [i, tensor] of cache.entries()) tensor.data.set(frame[i].data, slot * frame[i].data.length);
    },
    done: async () => {},
  };
}

async function openWebGpu() {
  const ort = await import("./node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs");
  ort.env.wasm.numThreads = 1;
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("this browser has no WebGPU adapter");
  // What ONNX Runtime asks for when it makes its own device, except subgroups of fewer than 8 lanes.
  // With SwiftShader's 4 its attention kernel gives wrong results (logits off by 4.6) and takes ten
  // times as long; 8 is the least that a real graphics processor has.
  const wanted = adapter.info.subgroupMinSize >= 8 ? ["shader-f16", "subgroups"] : ["shader-f16"];
  const limits = {};
  for (const name of [
    "maxComputeWorkgroupStorageSize", "maxComputeWorkgroupsPerDimension", "maxStorageBufferBindingSize",
    "maxBufferSize", "maxComputeInvocationsPerWorkgroup", "maxComputeWorkgroupSizeX", "maxComputeWorkgroupSizeY",
    "maxComputeWorkgroupSizeZ", "maxStorageBuffersPerShaderStage",
  ]) limits[name] = adapter.limits[name];
  const device = await adapter.requestDevice({
    requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)), requiredLimits: limits,
  });
  device.addEventListener("uncapturederror", ({ error }) => console.error(`WebGPU: ${error.message}`));
  const { vendor, architecture, description } = adapter.info;
  const STORAGE = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const staging = new Map();
  return {
    adapter: [vendor, architecture, description].filter(Boolean).join(" "),
    version: ort.env.versions.web,
    tensor(dataType, dims) {
      const size = Math.max(16, count(dims) * ARRAYS[dataType].BYTES_PER_ELEMENT);
      const buffer = device.createBuffer({ size, usage: STORAGE });
      return ort.Tensor.fromGpuBuffer(buffer, { dataType, dims });
    },
    async graph(url, inputs, outputs) {
      const session = await ort.InferenceSession.create(url, {
        executionProviders: [{ name: "webgpu", device, validationMode: "disabled" }],
        graphOptimizationLevel: "all", preferredOutputLocation: "gpu-buffer",
      });
      return { session, inputs, outputs };
    },
    set: (tensor, data) => device.queue.writeBuffer(tensor.gpuBuffer, 0, data),
    run: ({ session, inputs, outputs }) => session.run(inputs, outputs),
    async read(tensor) {
      const size = count(tensor.dims) * 4;
      if (!staging.has(tensor)) {
        staging.set(tensor, device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }));
      }
      const target = staging.get(tensor), commands = device.createCommandEncoder();
      commands.copyBufferToBuffer(tensor.gpuBuffer, 0, target, 0, size);
      device.queue.submit([commands.finish()]);
      await target.mapAsync(GPUMapMode.READ);
      const data = new Float32Array(target.getMappedRange().slice(0));
      target.unmap();
      return data;
    },
    place(cache, frame, slot) {
      const commands = device.createCommandEncoder();
      for (const [i, tensor] of cache.entries()) {
        const size = count(frame[i].dims) * 4;
        commands.copyBufferToBuffer(frame[i].gpuBuffer, 0, tensor.gpuBuffer, slot * size, size);
      }
      device.queue.submit([commands.finish()]);
    },
    done: () => device.queue.onSubmittedWorkDone(),
  };
}
