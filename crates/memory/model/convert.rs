//! Makes `minilm-l6-v2.gguf` from the published weights: matrices as blocks of 32 signed bytes under one scale (Q8_0), the
//! rest as it is. `cargo run --release -p codemode-memory --example convert-model -- model.safetensors minilm-l6-v2.gguf`

use std::error::Error;
use std::fs::File;

use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{Device, safetensors};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        return Err("two arguments are needed: the weights, and the file to make".into());
    };
    let mut tensors: Vec<_> = safetensors::load(from, &Device::Cpu)?.into_iter().collect();
    tensors.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut made = Vec::new();
    for (name, tensor) in tensors {
        // Positions that only count up, and the head of the training task, are of no use here.
        if name.ends_with("position_ids") || name.starts_with("pooler") {
            continue;
        }
        let precision = if tensor.rank() == 2 { GgmlDType::Q8_0 } else { GgmlDType::F32 };
        made.push((name, QTensor::quantize(&tensor, precision)?));
    }
    let tensors: Vec<(&str, &QTensor)> = made.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    let general = gguf_file::Value::String("all-MiniLM-L6-v2".to_owned());
    gguf_file::write(&mut File::create(to)?, &[("general.name", &general)], &tensors)?;
    Ok(())
}
