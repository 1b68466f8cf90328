//! Texts as vectors, near each other when they mean the same: the sentence encoder all-MiniLM-L6-v2 (Wang et al. 2020, MiniLM,
//! arXiv:2002.10957; Reimers and Gurevych 2019, Sentence-BERT, arXiv:1908.10084), whose weights are in this binary.

use std::io::Cursor;

use candle_core::quantized::{QTensor, gguf_file};
use candle_core::{D, Device, Module, Result as TensorResult, Tensor};
use candle_nn::LayerNorm;
use candle_nn::ops::softmax_last_dim;
use tokenizers::Tokenizer;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;

use crate::vector::Vector;

/// The weights and their precision. Vectors of another name are made again.
pub(crate) const MODEL: &str = "all-MiniLM-L6-v2/q8_0";

static WEIGHTS: &[u8] = include_bytes!("../model/minilm-l6-v2.gguf");
static VOCABULARY: &[u8] = include_bytes!("../model/vocab.txt");

const HEADS: usize = 12;
const HEAD_SIZE: usize = 32;
const LAYERS: usize = 6;
const NORM_EPSILON: f64 = 1e-12;

/// Tokens of a text that count; the model was trained on texts no longer than this.
const TOKENS_MAX: usize = 256;

/// Characters of a text that are looked at: more than 256 tokens have.
const CHARS_MAX: usize = 4_000;

/// The encoder could not be made or used; its cause is in the chain of sources.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EncoderError {
    /// The weights or the arithmetic on them.
    #[error("failed to compute with the model")]
    Model(#[from] candle_core::Error),
    /// The words of the text.
    #[error("failed to split a text into tokens")]
    Tokens(#[source] tokenizers::Error),
}

/// The encoder, loaded: about 60 MB.
#[derive(Debug)]
pub(crate) struct Encoder {
    layers: Vec<Layer>,
    norm: LayerNorm,
    positions: QTensor,
    tokenizer: Tokenizer,
    /// What is added for the first of two sentences, of which there is never a second.
    kind: Tensor,
    words: QTensor,
}

#[derive(Debug)]
struct Layer {
    attention_norm: LayerNorm,
    attention_output: Dense,
    inner: Dense,
    key: Dense,
    norm: LayerNorm,
    output: Dense,
    query: Dense,
    value: Dense,
}

#[derive(Debug)]
struct Dense {
    bias: Tensor,
    weight: Tensor,
}

/// The tensors of the file, by name.
struct Weights {
    content: gguf_file::Content,
    reader: Cursor<&'static [u8]>,
}

impl Encoder {
    /// Loads the encoder, which takes some tens of milliseconds.
    pub(crate) fn load() -> Result<Self, EncoderError> {
        let mut reader = Cursor::new(WEIGHTS);
        let content = gguf_file::Content::read(&mut reader)?;
        let mut weights = Weights { content, reader };
        let kinds = weights.tensor("embeddings.token_type_embeddings.weight")?.dequantize(&Device::Cpu)?;
        Ok(Self {
            kind: kinds.get(0)?,
            layers: (0..LAYERS).map(|number| weights.layer(number)).collect::<Result<_, _>>()?,
            norm: weights.norm("embeddings.LayerNorm")?,
            positions: weights.tensor("embeddings.position_embeddings.weight")?,
            tokenizer: tokenizer().map_err(EncoderError::Tokens)?,
            words: weights.tensor("embeddings.word_embeddings.weight")?,
        })
    }

    /// The meaning of a text, of which the first [`TOKENS_MAX`] tokens count.
    pub(crate) fn encode(&self, text: &str) -> Result<Vector, EncoderError> {
        let tokens = self.tokens(text).map_err(EncoderError::Tokens)?;
        let length = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
        let tokens = Tensor::new(tokens, &Device::Cpu)?;
        let places = Tensor::arange(0, length, &Device::Cpu)?;
        let embedded = (self.words.embedding(&tokens)? + self.positions.embedding(&places)?)?;
        let mut states = self.norm.forward(&embedded.broadcast_add(&self.kind)?)?;
        for layer in &self.layers {
            states = layer.forward(&states)?;
        }
        Ok(Vector::new(&states.mean(0)?.to_vec1()?))
    }

    /// The numbers of a text's tokens, between those of its beginning and its end.
    fn tokens(&self, text: &str) -> Result<Vec<u32>, tokenizers::Error> {
        const BEGINNING: u32 = 101;
        const END: u32 = 102;
        let end = text.char_indices().nth(CHARS_MAX).map_or(text.len(), |(end, _)| end);
        let encoding = self.tokenizer.encode_fast(&text[..end], false)?;
        let inner = encoding.get_ids().iter().copied().take(TOKENS_MAX - 2);
        Ok([BEGINNING].into_iter().chain(inner).chain([END]).collect())
    }
}

impl Layer {
    fn forward(&self, states: &Tensor) -> TensorResult<Tensor> {
        let attended = self.attention_output.forward(&self.attend(states)?)?;
        let states = self.attention_norm.forward(&(states + attended)?)?;
        let inner = self.inner.forward(&states)?.gelu_erf()?;
        self.norm.forward(&(&states + self.output.forward(&inner)?)?)
    }

    fn attend(&self, states: &Tensor) -> TensorResult<Tensor> {
        let length = states.dim(0)?;
        let by_head = |dense: &Dense| {
            dense.forward(states)?.reshape((length, HEADS, HEAD_SIZE))?.transpose(0, 1)?.contiguous()
        };
        let (query, key, value) = (by_head(&self.query)?, by_head(&self.key)?, by_head(&self.value)?);
        let scores = (query.matmul(&key.transpose(D::Minus1, D::Minus2)?)? / (HEAD_SIZE as f64).sqrt())?;
        let attended = softmax_last_dim(&scores)?.matmul(&value)?;
        attended.transpose(0, 1)?.reshape((length, HEADS * HEAD_SIZE))
    }
}

impl Dense {
    fn forward(&self, states: &Tensor) -> TensorResult<Tensor> {
        states.matmul(&self.weight)?.broadcast_add(&self.bias)
    }
}

impl Weights {
    fn tensor(&mut self, name: &str) -> TensorResult<QTensor> {
        self.content.tensor(&mut self.reader, name, &Device::Cpu)
    }

    /// Arithmetic on bytes would want instructions that not every machine has: without them it is slower than on floats. The
    /// columns stand one behind the other, which spares their sorting at every product.
    fn dense(&mut self, name: &str) -> TensorResult<Dense> {
        let weight = self.tensor(&format!("{name}.weight"))?.dequantize(&Device::Cpu)?;
        let bias = self.tensor(&format!("{name}.bias"))?.dequantize(&Device::Cpu)?;
        Ok(Dense { bias, weight: weight.t()?.contiguous()? })
    }

    fn norm(&mut self, name: &str) -> TensorResult<LayerNorm> {
        let weight = self.tensor(&format!("{name}.weight"))?.dequantize(&Device::Cpu)?;
        let bias = self.tensor(&format!("{name}.bias"))?.dequantize(&Device::Cpu)?;
        Ok(LayerNorm::new(weight, bias, NORM_EPSILON))
    }

    fn layer(&mut self, number: usize) -> TensorResult<Layer> {
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        Ok(Layer {
            attention_norm: self.norm(&name("attention.output.LayerNorm"))?,
            attention_output: self.dense(&name("attention.output.dense"))?,
            inner: self.dense(&name("intermediate.dense"))?,
            key: self.dense(&name("attention.self.key"))?,
            norm: self.norm(&name("output.LayerNorm"))?,
            output: self.dense(&name("output.dense"))?,
            query: self.dense(&name("attention.self.query"))?,
            value: self.dense(&name("attention.self.value"))?,
        })
    }
}

/// Words and parts of words, in lower case and without accents.
fn tokenizer() -> Result<Tokenizer, tokenizers::Error> {
    let model = WordPiece::builder().vocab(WordPiece::read_bytes(VOCABULARY)?).build()?;
    let mut tokenizer = Tokenizer::new(model);
    tokenizer.with_normalizer(Some(BertNormalizer::default()))?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    Ok(tokenizer)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers that the model's own page gives for this sentence, up to what bytes can tell.
    #[test]
    fn a_known_sentence_has_its_known_vector() {
        let vector = Encoder::load().unwrap().encode("This is an example sentence").unwrap();
        let known = [0.0677, 0.0635, 0.0487, 0.0793, 0.0304, 0.0026, 0.0390, -0.0080];
        for (number, known) in vector.numbers().iter().zip(known) {
            assert!((number - known).abs() < 0.007, "{number} instead of {known}");
        }
    }

    #[test]
    fn any_text_has_a_meaning_and_a_long_one_that_of_its_beginning() {
        let encoder = Encoder::load().unwrap();
        let long = "every word of a long text ".repeat(10_000);
        for text in ["", " ", "\0\u{202E}\u{10FFFF}", "字", &"x".repeat(100_000)] {
            assert!(
                encoder.encode(text).unwrap().cosine(&encoder.encode("a").unwrap()).is_finite(),
                "{text:?}"
            );
        }
        assert_eq!(encoder.encode(&long).unwrap(), encoder.encode(&long[..20_000]).unwrap());
    }
}
