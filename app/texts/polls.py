"""The words of asking a class."""

ASK = "Ask the class"
ABOUT = (
    "Phones scan a code and answer; how many chose what is counted here. No account, no names; "
    "all of it is forgotten when you leave."
)
SHOW = "Show the answer"
STOP = "Stop asking"
STOPS = "The code ends; what was answered is forgotten."
SILENT = "Nobody has answered yet."
HERE = (
    "Phones cannot open this address: it leads to this machine only. Open the app by the address "
    "that the machine has in the network."
)
QR = "QR code of the page to answer on"
