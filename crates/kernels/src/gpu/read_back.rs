//! What comes back from the device: copies into mapped memory.

use futures::channel::oneshot;

use super::device::Gpu;
use super::error::{Error, Result};

/// A buffer that the host reads. One read at a time.
#[derive(Debug)]
pub struct ReadBack {
    buffer: wgpu::Buffer,
}

/// A read that was asked for.
#[derive(Debug)]
pub struct Pending {
    buffer: wgpu::Buffer,
    mapped: oneshot::Receiver<std::result::Result<(), wgpu::BufferAsyncError>>,
}

impl ReadBack {
    /// Room for `bytes`.
    pub fn new(gpu: &Gpu, bytes: u64) -> Self {
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        Self {
            buffer: gpu.buffer("read-back", bytes, usage),
        }
    }

    /// Where to copy to.
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }

    /// Asks for what the last submission copied here.
    pub fn request(&self) -> Pending {
        let (done, mapped) = oneshot::channel();
        self.buffer
            .map_async(wgpu::MapMode::Read, .., move |result| {
                let _ = done.send(result);
            });
        Pending {
            buffer: self.buffer.clone(),
            mapped,
        }
    }
}

impl Pending {
    /// Waits for the bytes.
    ///
    /// # Errors
    /// [`Error::Lost`].
    pub async fn bytes(mut self, gpu: &Gpu) -> Result<Vec<u8>> {
        gpu.wait()?;
        match (&mut self.mapped).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => {
                gpu.check()?;
                return Err(Error::Lost("a frame never came back".into()));
            }
        }
        let view = self
            .buffer
            .get_mapped_range(..)
            .map_err(|e| Error::Lost(e.to_string()))?;
        let bytes = view.to_vec();
        drop(view);
        Ok(bytes)
    }
}

impl Drop for Pending {
    /// In a browser a buffer would stay until its garbage collector comes by, frame after frame.
    fn drop(&mut self) {
        self.buffer.destroy();
    }
}
