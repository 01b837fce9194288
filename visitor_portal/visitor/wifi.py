"""A network as a QR code that any phone's camera joins by: the WIFI: scheme of the Wi-Fi Alliance's WPA3 §7."""

from io import BytesIO

import segno

from visitor_portal.public_access.wire import WifiNetwork

_ESCAPED = str.maketrans({letter: f"\\{letter}" for letter in '\\;,":'})
_KINDS = {"open": "nopass", "wpa_psk": "WPA"}  # what an enterprise network asks for is not said in the contract


def has_code(network: WifiNetwork) -> bool:
    """Whether everything that joining takes is known."""
    return network.security == "open" or (network.security == "wpa_psk" and bool(network.password))


def payload(network: WifiNetwork) -> str:
    parts = [f"T:{_KINDS[network.security]}", f"S:{network.ssid.translate(_ESCAPED)}"]
    if network.security != "open":
        parts.append(f"P:{(network.password or '').translate(_ESCAPED)}")
    if network.hidden:
        parts.append("H:true")
    return f"WIFI:{';'.join(parts)};;"


def svg(network: WifiNetwork) -> bytes:
    """Dark on light in every colour scheme: few cameras read it the other way round."""
    text, out = payload(network), BytesIO()
    code = segno.make(text, error="m", micro=False, encoding=None if text.isascii() else "utf-8")
    code.save(out, kind="svg", border=4, dark="#000", light="#fff", omitsize=True, xmldecl=False)
    return out.getvalue()
