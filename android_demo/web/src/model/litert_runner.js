import { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";

/** @type {ReturnType<typeof loadLiteRt> | undefined} */
let runtime;

/** A network in LiteRT.js, on the processor: other backends take no loops. */
export class LiteRtRunner {
  /**
   * @param {import("@litertjs/core").CompiledModel} model
   * @param {number[]} lengths
   */
  constructor(model, lengths) {
    this.model = model;
    this.lengths = lengths;
  }

  /**
   * @param {import("./model_file.js").ModelFile} file
   * @param {string} folder of the runtime's WebAssembly
   */
  static async open(file, folder) {
    if (file.lengths === null) {
      throw new Error(
        "LiteRT.js takes fixed lengths only: export the model with " +
          "--lengths 16,32,64,128,384",
      );
    }
    runtime ??= loadLiteRt(folder);
    await runtime;
    const options = { accelerator: /** @type {const} */ ("wasm") };
    const model = await loadAndCompile(file.network, options);
    return new LiteRtRunner(model, file.lengths);
  }

  /** Bytes that the runtime has taken; they are not given back. */
  static async memory() {
    const { liteRtWasm } = await /** @type {Promise<any>} */ (runtime);
    return liteRtWasm.HEAPU8.length;
  }

  /** @param {Record<string, Int32Array>} inputs */
  async run(inputs) {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, values]) => [
        name,
        new Tensor(values, [1, values.length]),
      ]),
    );
    const signature = `length_${inputs.token_ids.length}`;
    try {
      const outputs = await this.model.run(signature, tensors);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, read(tensor)]),
      );
    } finally {
      for (const tensor of Object.values(tensors)) tensor.delete();
    }
  }

  close() {
    this.model.delete();
  }
}

/** A copy: the tensor's memory is the runtime's. @param {Tensor} tensor */
function read(tensor) {
  const values = Float32Array.from(tensor.toTypedArray(), Number);
  tensor.delete();
  return values;
}
