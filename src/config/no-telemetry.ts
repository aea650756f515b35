// Keeps onnxruntime from calling its maker.
//
// [Note: The runtime calls nobody] From 1.29 on the official builds report sessions, names and hashes of models and times of runs to Microsoft,
// and keep a device id and a queue of reports in the home folder, unless this variable is set before the library is first used
// (https://github.com/microsoft/onnxruntime/pull/27379). A worker has a copy of the environment that the library does not see:
// whoever starts threads with models says so before.

export function forbidTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
