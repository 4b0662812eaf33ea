//! The device: found, opened, watched for its loss.

use std::sync::{Arc, Mutex, PoisonError};

use futures::channel::oneshot;

use super::error::{Error, Result};

/// What kind of adapter it is: decides which variants of the kernels run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Imitated by the processor (lavapipe, SwiftShader, WARP): shared memory and barriers are dear.
    Software,
    /// A real graphics processor.
    Hardware,
}

/// An open device and its queue. Clones are the same device.
#[derive(Clone, Debug)]
pub struct Gpu {
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    name: String,
    class: Class,
    lost: Arc<Mutex<Option<String>>>,
}

impl Gpu {
    /// Opens the best adapter: a real one if there is one.
    ///
    /// # Errors
    /// [`Error::NoAdapter`], [`Error::Unfit`].
    pub async fn open() -> Result<Self> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = wgpu::Backends::PRIMARY;
        // Our kernels guard their indices themselves.
        descriptor.flags = wgpu::InstanceFlags::empty();
        let instance = wgpu::Instance::new(descriptor);
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance
            .request_adapter(&options)
            .await
            .map_err(|e| Error::NoAdapter(e.to_string()))?;
        let info = adapter.get_info();
        let software = info.device_type == wgpu::DeviceType::Cpu;
        let (device, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor {
                label: Some("pocket-genie"),
                // A large world needs large buffers: ask for what there is.
                required_limits: adapter.limits(),
                ..Default::default()
            })
            .await
            .map_err(|e| Error::Unfit(e.to_string()))?;
        let lost = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&lost);
        device.set_device_lost_callback(move |reason, why| {
            let why = if why.is_empty() {
                format!("{reason:?}").to_lowercase()
            } else {
                why
            };
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(why);
        });
        // The default handler panics. Where an error matters there is a scope of its own.
        let refused = Arc::clone(&lost);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            refused
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(error.to_string());
        }));
        Ok(Self {
            device,
            queue,
            name: info.name,
            class: if software {
                Class::Software
            } else {
                Class::Hardware
            },
            lost,
        })
    }

    /// The same, of a class that the caller knows better: a browser doesn't always tell wgpu that
    /// its adapter is imitated.
    #[must_use]
    pub fn with_class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    /// The adapter's name; empty where the browser keeps it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The adapter's class.
    pub fn class(&self) -> Class {
        self.class
    }

    /// The most bytes of one storage binding.
    pub fn largest_binding(&self) -> u64 {
        let limits = self.device.limits();
        limits
            .max_buffer_size
            .min(limits.max_storage_buffer_binding_size)
    }

    /// Why the device is lost, if it is.
    pub fn lost(&self) -> Option<String> {
        let lost = self.lost.lock();
        lost.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives the device up: every later use fails with [`Error::Lost`].
    pub fn destroy(&self) {
        self.device.destroy();
        self.lost
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert("given up".into());
    }

    /// # Errors
    /// [`Error::Lost`] if it is.
    pub(crate) fn check(&self) -> Result<()> {
        self.lost().map_or(Ok(()), |why| Err(Error::Lost(why)))
    }

    /// A new buffer, not set to anything.
    pub fn buffer(&self, label: &str, bytes: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            // Bindings of no size are forbidden.
            size: bytes.max(16).next_multiple_of(4),
            usage,
            mapped_at_creation: false,
        })
    }

    /// A new storage buffer that can be written from and copied to the host.
    pub fn storage(&self, label: &str, bytes: u64) -> wgpu::Buffer {
        self.buffer(
            label,
            bytes,
            wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_SRC
                | wgpu::BufferUsages::COPY_DST,
        )
    }

    /// A storage buffer of these values.
    pub fn storage_of<T: bytemuck::NoUninit>(&self, label: &str, values: &[T]) -> wgpu::Buffer {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        let buffer = self.storage(label, bytes.len() as u64);
        self.write(&buffer, 0, values);
        buffer
    }

    /// A uniform buffer of these numbers, padded to whole vectors of four.
    pub fn uniform_of(&self, label: &str, values: &[u32]) -> wgpu::Buffer {
        let mut values = values.to_vec();
        values.resize(values.len().next_multiple_of(4), 0);
        let buffer = self.buffer(
            label,
            4 * values.len() as u64,
            wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        );
        self.write(&buffer, 0, &values);
        buffer
    }

    /// Writes to a buffer, before whatever is submitted next. `at` in bytes, a multiple of 4.
    pub fn write<T: bytemuck::NoUninit>(&self, buffer: &wgpu::Buffer, at: u64, values: &[T]) {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        if bytes.len().is_multiple_of(4) {
            self.queue.write_buffer(buffer, at, bytes);
        } else {
            let mut padded = bytes.to_vec();
            padded.resize(bytes.len().next_multiple_of(4), 0);
            self.queue.write_buffer(buffer, at, &padded);
        }
    }

    /// Runs `make`, and tells what the device said of it.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] of `what`, [`Error::Refused`], [`Error::Lost`].
    pub async fn watched<T>(&self, what: &str, make: impl FnOnce() -> T) -> Result<T> {
        self.check()?;
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let internal = self.device.push_error_scope(wgpu::ErrorFilter::Internal);
        let made = make();
        let (internal, validation, memory) = (internal.pop(), validation.pop(), memory.pop());
        let refused = internal.await.or(validation.await);
        if memory.await.is_some() {
            return Err(Error::OutOfMemory(what.to_owned()));
        }
        self.check()?;
        match refused {
            Some(error) => Err(Error::Refused(format!("{what}: {error}"))),
            None => Ok(made),
        }
    }

    /// A list of commands to fill.
    pub fn encoder(&self) -> wgpu::CommandEncoder {
        self.device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None })
    }

    /// Submits a list of commands.
    pub fn submit(&self, encoder: wgpu::CommandEncoder) {
        self.queue.submit([encoder.finish()]);
    }

    /// Waits for all that was submitted.
    ///
    /// # Errors
    /// [`Error::Lost`].
    pub async fn finish(&self) -> Result<()> {
        let (done, finished) = oneshot::channel();
        self.queue.on_submitted_work_done(move || {
            let _ = done.send(());
        });
        self.wait()?;
        // Never sent if the device is lost.
        let _ = finished.await;
        self.check()
    }

    /// Natively the callbacks come while somebody polls; in a browser by themselves.
    pub(super) fn wait(&self) -> Result<()> {
        self.device
            .poll(wgpu::PollType::wait_indefinitely())
            .map_err(|e| Error::Lost(e.to_string()))?;
        self.check()
    }
}
