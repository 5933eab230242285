importScripts("guestsync-sw.js");
guestsyncWorker.serveProfileForms();
