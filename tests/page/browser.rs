//! A Chromium that opens pages as a reader does: from the disk, without a network.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chromiumoxide::browser::{Browser, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::browser::{
    SetDownloadBehaviorBehavior, SetDownloadBehaviorParams,
};
use chromiumoxide::cdp::browser_protocol::dom::{
    GetDocumentParams, QuerySelectorParams, SetFileInputFilesParams,
};
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams,
};
use chromiumoxide::cdp::browser_protocol::network::EventRequestWillBeSent;
use chromiumoxide::cdp::browser_protocol::page::PrintToPdfParams;
use chromiumoxide::cdp::js_protocol::runtime::{EvaluateParams, EventExceptionThrown};
use chromiumoxide::page::{Page, ScreenshotParams};
use futures::StreamExt as _;
use serde::de::DeserializeOwned;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The browser; gone when dropped.
pub struct Chromium {
    runtime: Runtime,
    browser: Browser,
    _profile: TempDir,
}

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub width: u32,
    pub height: u32,
    pub dark: bool,
}

/// A wide screen by day.
pub const WIDE: Look = Look { width: 1280, height: 900, dark: false };
/// A telephone.
pub const PHONE: Look = Look { width: 360, height: 740, dark: false };

impl Look {
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }
}

impl Chromium {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let profile = tempfile::tempdir().unwrap();
        let config = BrowserConfig::builder()
            .new_headless_mode()
            .no_sandbox()
            .viewport(None)
            .launch_timeout(Duration::from_mins(2))
            .request_timeout(Duration::from_mins(2))
            .user_data_dir(profile.path())
            // As if the reader had touched the page, and nothing asked of the world.
            .arg(("autoplay-policy", "no-user-gesture-required"))
            .arg("disable-background-networking")
            .arg("disable-gpu")
            .arg("hide-scrollbars")
            // The sound of a file is read by a test, which a page from the disk may not.
            .arg("allow-file-access-from-files")
            .build()
            .expect("these tests need Chromium: scripts/install-tools test");
        let browser = runtime.block_on(async {
            let (browser, mut handler) = Browser::launch(config).await.unwrap();
            tokio::spawn(async move { while handler.next().await.is_some() {} });
            browser
        });
        Self { runtime, browser, _profile: profile }
    }

    /// Opens a file.
    pub fn open(&self, path: &Path, look: Look) -> Tab<'_> {
        self.open_at(path, "", look)
    }

    /// Opens a file at a place in it.
    pub fn open_at(&self, path: &Path, place: &str, look: Look) -> Tab<'_> {
        self.open_address(&format!("file://{}{place}", path.display()), look)
    }

    /// Saves what pages offer into a folder.
    pub fn save_into(&self, folder: &Path) {
        let save = SetDownloadBehaviorParams::builder()
            .behavior(SetDownloadBehaviorBehavior::Allow)
            .download_path(folder.display().to_string())
            .build()
            .unwrap();
        self.runtime.block_on(self.browser.execute(save)).unwrap();
    }

    /// Opens an address.
    pub fn open_address(&self, address: &str, look: Look) -> Tab<'_> {
        let (requests, faults) =
            (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        let page = self.runtime.block_on(async {
            let page = self.browser.new_page("about:blank").await.unwrap();
            let mut sent = page.event_listener::<EventRequestWillBeSent>().await.unwrap();
            let asked = Arc::clone(&requests);
            tokio::spawn(async move {
                while let Some(event) = sent.next().await {
                    asked.lock().unwrap().push(event.request.url.clone());
                }
            });
            let mut thrown = page.event_listener::<EventExceptionThrown>().await.unwrap();
            let failed = Arc::clone(&faults);
            tokio::spawn(async move {
                while let Some(event) = thrown.next().await {
                    failed.lock().unwrap().push(format!("{:?}", event.exception_details));
                }
            });
            let size = SetDeviceMetricsOverrideParams::new(look.width, look.height, 1.0, false);
            page.execute(size).await.unwrap();
            let scheme = if look.dark { "dark" } else { "light" };
            let features = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")];
            let features = features.map(|(name, value)| MediaFeature::new(name, value));
            page.emulate_media_features(features.to_vec()).await.unwrap();
            page.goto(address).await.unwrap();
            page
        });
        Tab { chromium: self, page, requests, faults }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.runtime.block_on(async {
            let _ = self.browser.close().await;
            let _ = tokio::time::timeout(Duration::from_secs(5), self.browser.wait()).await;
            let _ = self.browser.kill().await;
        });
    }
}

/// An open page.
pub struct Tab<'a> {
    chromium: &'a Chromium,
    page: Page,
    requests: Arc<Mutex<Vec<String>>>,
    faults: Arc<Mutex<Vec<String>>>,
}

impl Drop for Tab<'_> {
    fn drop(&mut self) {
        let _ = self.chromium.runtime.block_on(self.page.clone().close());
    }
}

impl Tab<'_> {
    /// What an expression is, or what its promise comes to.
    pub fn ask<T: DeserializeOwned>(&self, expression: &str) -> T {
        let evaluate = EvaluateParams::builder()
            .expression(expression)
            .await_promise(true)
            .return_by_value(true)
            .build()
            .unwrap();
        let answer = self.chromium.runtime.block_on(self.page.evaluate(evaluate));
        answer.unwrap_or_else(|error| panic!("{expression}: {error}")).into_value().unwrap()
    }

    fn try_ask(&self, expression: &str) -> bool {
        let answer = self.chromium.runtime.block_on(self.page.evaluate(expression));
        answer.ok().and_then(|answer| answer.into_value().ok()).unwrap_or(false)
    }

    /// Does something in the page.
    pub fn run(&self, script: &str) {
        let _: bool = self.ask(&format!("(async () => {{ {script}\n; return true; }})()"));
    }

    /// Waits until an expression holds.
    pub fn until(&self, expression: &str) {
        let start = Instant::now();
        // While a page comes again there is nothing to ask, or not yet what is asked for.
        while !self.try_ask(&format!("Boolean({expression})")) {
            assert!(start.elapsed() < PATIENCE, "never: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A click with the mouse on what a selector finds first.
    pub fn click(&self, selector: &str) {
        self.chromium.runtime.block_on(async {
            let element = self
                .page
                .find_element(selector)
                .await
                .unwrap_or_else(|e| panic!("{selector}: {e}"));
            element.click().await.unwrap();
        });
    }

    /// A key, as it is named on the keyboard.
    pub fn press(&self, key: &str) {
        self.chromium.runtime.block_on(async {
            self.page.find_element("body").await.unwrap().press_key(key).await.unwrap();
        });
    }

    /// Gives a file chooser its files.
    pub fn choose(&self, selector: &str, files: &[&Path]) {
        self.chromium.runtime.block_on(async {
            let root = self.page.execute(GetDocumentParams::default()).await.unwrap();
            let query = QuerySelectorParams::new(root.root.node_id, selector);
            let node = self.page.execute(query).await.unwrap().node_id;
            let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
            let set =
                SetFileInputFilesParams::builder().files(files).node_id(node).build().unwrap();
            self.page.execute(set).await.unwrap();
        });
    }

    /// Every address asked for so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Every exception so far.
    pub fn faults(&self) -> Vec<String> {
        self.faults.lock().unwrap().clone()
    }

    /// The page on paper.
    pub fn pdf(&self) -> Vec<u8> {
        let print = PrintToPdfParams::builder().prefer_css_page_size(true).print_background(true);
        self.chromium.runtime.block_on(self.page.pdf(print.build())).unwrap()
    }

    /// A picture of the whole page.
    pub fn picture(&self, path: &Path) {
        let whole = ScreenshotParams::builder().full_page(true).build();
        self.chromium.runtime.block_on(self.page.save_screenshot(whole, path)).unwrap();
    }
}

/// How many pages a PDF has.
pub fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    text.match_indices("/Type /Page").filter(|(at, _)| !text[at + 11..].starts_with('s')).count()
}
